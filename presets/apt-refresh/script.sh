# shellcheck shell=bash
# When lists were fetched, only apt's folders tell: the lists in them have the times of the server.
_LISTS=/var/lib/apt/lists

check() {
  refuse_without_apt
  if [ "$(_age)" -lt $((P_HOURS * 3600)) ]; then return 10; fi
  wait_for_apt "$P_PATIENCE"
}

apply() {
  _BEGAN=$(date +%s)
  S "${HB_APT[@]}" -o APT::Update::Error-Mode=any update
}

verify() {
  [ "$(_fetched)" -ge "$_BEGAN" ]
}

revert() {
  nothing_to_take_back "lists that were fetched are not taken back, they change nothing on this machine"
}

_age() { printf '%s' $(($(date +%s) - $(_fetched))); }

# Seconds since 1970; 0 when there are none.
_fetched() {
  if look find "$_LISTS" -maxdepth 1 -name '*_Packages*' -print -quit | grep . >/dev/null; then
    look stat -c %Y "$_LISTS" "$_LISTS/partial" 2>/dev/null | sort -n | tail -n 1
  else
    printf 0
  fi
}
