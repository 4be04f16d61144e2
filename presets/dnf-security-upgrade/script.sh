# shellcheck shell=bash
# upgrade-minimal goes to the version of the advisory: what is newer is another decision.

check() {
  refuse_without_dnf
  if [ "$P_REFRESH" = true ]; then
    S dnf -q makecache --refresh || say "the lists could not all be fetched, going on with those that are there"
  fi
  _find_updates
  if [ "${#_UPDATES[@]}" = 0 ]; then return 10; fi
}

apply() {
  local name without=()
  for name in $P_EXCLUDE; do without+=("--exclude=$name"); done
  say "upgrading for ${#_UPDATES[@]} advised packages"
  S dnf -q -y --security "${without[@]}" upgrade-minimal
}

verify() {
  local update
  for update in "${_UPDATES[@]}"; do
    has_rpm "$update" || { say "$update is not installed" && return 1; }
  done
  say "0 security updates are left"
}

revert() {
  nothing_to_take_back "upgrades are not taken back, 'dnf history' on the machine has the versions before"
  _find_updates
  [ "${#_UPDATES[@]}" -gt 0 ] # where all that was advised is still advised, nothing was upgraded
}

# _UPDATES: name-version-release.arch of each that is advised and not installed. dnf goes on advising a kernel until
# the machine has been started with it.
_find_updates() {
  local list update
  list=$(_advised) || refuse 24 "dnf cannot say which updates there are, expected a list"
  _UPDATES=()
  while read -r update; do
    case " $P_EXCLUDE " in *" ${update%-*-*} "*) say "$update is excluded, it stays" && continue ;; esac
    if [ -n "$update" ] && ! has_rpm "$update"; then _UPDATES+=("$update") && say "$update is advised"; fi
  done <<<"$list"
}

# ADVISORY SEVERITY name-epoch:version-release.arch; rpm knows it without the epoch. Of one package the newest counts.
_advised() {
  local said
  said=$(look dnf -q -C updateinfo list --security) || return
  awk 'NF == 3 && $3 ~ /-.*-/ { sub(/-[0-9]+:/, "-", $3); print $3 }' <<<"$said" | sort -V |
    awk '{ name = $0; sub(/-[^-]*-[^-]*$/, "", name); arch = $0; sub(/.*\./, "", arch); newest[name "." arch] = $0 }
      END { for (each in newest) print newest[each] }' | sort
}
