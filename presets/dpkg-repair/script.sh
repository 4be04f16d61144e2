# shellcheck shell=bash
# dpkg finishes what it can with what is there; only then apt is asked for the rest.

check() {
  refuse_without_apt
  wait_for_apt "$P_PATIENCE"
  if [ -z "$(audit_dpkg)" ] && look apt-get -q check >/dev/null 2>&1; then return 10; fi
  audit_dpkg
}

apply() {
  local damaged
  S dpkg --force-confdef --force-confold --configure --pending || say "dpkg cannot finish alone, apt is asked"
  mapfile -t damaged < <(_damaged)
  if [ "${#damaged[@]}" -gt 0 ]; then
    S "${HB_APT[@]}" --no-remove --no-install-recommends install --reinstall "${damaged[@]}" || return
  fi
  S "${HB_APT[@]}" --no-remove --no-install-recommends --fix-broken install
}

verify() {
  [ -z "$(audit_dpkg)" ] && look apt-get -q check
}

revert() {
  nothing_to_take_back "a repair is not taken back, expected nothing else of $HB_PRESET"
  say "what was finished stays finished"
}

# What dpkg wants to be installed anew before anything else.
_damaged() { dpkg-query -W -f '${db:Status-Eflag} ${binary:Package}\n' | sed -n 's/^reinstreq //p'; }
