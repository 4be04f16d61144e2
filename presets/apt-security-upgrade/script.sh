# shellcheck shell=bash
# Upgrades to the version of the security archive by name and version: what is newer elsewhere is another decision.
_INSTALL=("${HB_APT[@]}" --no-remove --no-install-recommends install)

check() {
  refuse_without_apt
  wait_for_apt "$P_PATIENCE"
  refuse_if_dpkg_is_broken
  if [ "$P_REFRESH" = true ]; then
    S "${HB_APT[@]}" update || say "the package lists could not all be fetched, going on with those that are there"
  fi
  _find_updates
  if [ "${#_UPDATES[@]}" = 0 ]; then return 10; fi
  _rehearse
}

apply() {
  local automatic failed=0
  mapfile -t automatic < <(apt-mark showauto "${_TARGETS[@]%%=*}")
  say "upgrading ${#_UPDATES[@]} packages"
  S "${_INSTALL[@]}" "${_TARGETS[@]}" || failed=1
  # Named packages become manual ones, which autoremove would then keep for ever.
  if [ "${#automatic[@]}" -gt 0 ]; then S apt-mark -qq auto "${automatic[@]}" || failed=1; fi
  return "$failed"
}

verify() {
  local update name old _ list left
  for update in "${_UPDATES[@]}"; do
    read -r name old _ <<<"$update"
    say "$name was $old, is $(_version "$name")"
  done
  list=$(_security_updates) || return
  left=$(grep -c ' upgrade$' <<<"$list")
  say "$left security updates are left"
  [ "$left" = 0 ] && [ -z "$(audit_dpkg)" ]
}

# An older version is often in no archive any more, and a package may not survive the way back.
revert() {
  local update name old _ upgraded=0
  nothing_to_take_back "upgrades are not taken back, the versions before are in the output of the job that made them"
  for update in "${_UPDATES[@]}"; do
    read -r name old _ <<<"$update"
    if [ "$(_version "$name")" = "$old" ]; then continue; fi
    upgraded=1
    say "$name was $old, is $(_version "$name") and stays"
  done
  return "$upgraded"
}

# _UPDATES: lines of name, installed version, version of the update. _TARGETS: the same for apt-get.
_find_updates() {
  local list name old new what
  list=$(_security_updates) || refuse 24 "apt-cache cannot say which updates there are, expected a list"
  _UPDATES=() _TARGETS=()
  while read -r name old new what; do
    case $what in
      upgrade) _UPDATES+=("$name $old $new") _TARGETS+=("$name=$new") && say "$name $old has the update $new" ;;
      held | excluded) say "$name $old has the update $new but is $what, it stays" ;;
    esac
  done <<<"$list"
}

# apt tries it on paper first. What it would bring along (a new kernel, a new dependency) is said as well.
_rehearse() {
  local plan name
  if ! plan=$(look "${_INSTALL[@]}" -s "${_TARGETS[@]}" 2>&1); then
    printf '%s\n' "$plan"
    refuse 25 "apt cannot install these together without removing others, expected that it can"
  fi
  while read -r name; do
    case " ${_TARGETS[*]}" in *" $name="* | *" $name:"*) ;; *) say "$name comes along" ;; esac
  done < <(sed -n 's/^Inst \([^ ]*\) .*/\1/p' <<<"$plan")
}

# Lines of name, installed version, version of the update, and what happens: upgrade, held or excluded.
_security_updates() {
  local installed waiting name old new what
  installed=$(_installed) || return
  waiting=$(_waiting "$installed") || return
  while read -r name old new; do
    what=upgrade
    if grep -qxF "hold $name" <<<"$installed"; then what=held; fi
    case " $P_EXCLUDE " in *" $name "* | *" ${name%%:*} "*) what=excluded ;; esac
    if [ -n "$name" ]; then printf '%s %s %s %s\n' "$name" "$old" "$new" "$what"; fi
  done <<<"$waiting"
}

# For each installed package the newest version of a security archive that is newer than the installed one and no
# newer than apt's candidate, so that pins hold. apt-cache lists versions from the newest to the oldest. The candidate
# alone would not do: a point release may be newer than the security update, which then still waits.
_waiting() {
  local names
  mapfile -t names < <(cut -d ' ' -f 2 <<<"$1")
  apt-cache policy "${names[@]}" | awk '
    /^[^ ].*:$/ { name = substr($0, 1, length($0) - 1); allowed = 0 }
    /^  Installed: / { installed = $2 }
    /^  Candidate: / { candidate = $2 }
    /^     [^ ]/ { version = $1; if (version == candidate) allowed = 1 }
    /^ \*\*\* / { allowed = 0 }
    /^      / && allowed && $3 ~ /-security\// { print name, installed, version; allowed = 0 }'
}

# Lines of dpkg's wish (install, hold) and name, with the architecture where there may be two.
_installed() {
  dpkg-query -W -f '${db:Status-Status} ${db:Status-Want} ${binary:Package}\n' | sed -n 's/^installed //p'
}

_version() { dpkg-query -W -f '${Version}' "$1"; }
