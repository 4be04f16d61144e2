# shellcheck shell=bash
# Upgrades to the version of the security archive by name and version: what is newer elsewhere is another decision.
_APT=(
  apt-get -q -y --no-remove --no-install-recommends
  -o "DPkg::Lock::Timeout=$P_PATIENCE"
  -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0
)
_LOCKS=(/var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock)

check() {
  command -v apt-get >/dev/null || refuse 21 "apt-get is not installed, expected Debian or one of its family"
  _wait_for_locks
  _refuse_if_broken
  if [ "$P_REFRESH" = true ]; then
    S "${_APT[@]}" update || say "the package lists could not all be fetched, going on with those that are there"
  fi
  _find_updates
  if [ "${#_UPDATES[@]}" = 0 ]; then return 10; fi
  _rehearse
}

apply() {
  local automatic failed=0
  mapfile -t automatic < <(apt-mark showauto "${_TARGETS[@]%%=*}")
  say "upgrading ${#_UPDATES[@]} packages"
  S "${_APT[@]}" install "${_TARGETS[@]}" || failed=1
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
  [ "$left" = 0 ] && [ -z "$(_audit)" ]
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

_wait_for_locks() {
  local lock pid deadline=$((SECONDS + P_PATIENCE))
  for lock in "${_LOCKS[@]}"; do
    if pid=$(_holder "$lock"); then say "waiting for $(ps -o comm= -p "$pid"), pid $pid"; fi
    while pid=$(_holder "$lock"); do
      if [ "$SECONDS" -ge "$deadline" ]; then
        refuse 22 "$lock is held by $(ps -o comm= -p "$pid"), pid $pid, expected it free within $P_PATIENCE s"
      fi
      sleep 1
    done
  done
}

# _holder FILE: the process that has locked it; false when there is none. The kernel says where as major:minor:inode.
_holder() {
  local place device
  place=$(stat -c '%D %i' -- "$1" 2>/dev/null) || return
  device=$((16#${place% *}))
  place=$(printf '%02x:%02x:%s' $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "${place#* }")
  awk -v place="$place" '$2 == "POSIX" && $6 == place { print $5; found = 1; exit } END { exit !found }' /proc/locks
}

_refuse_if_broken() {
  local complaint
  complaint=$(_audit)
  if [ -n "$complaint" ]; then
    printf '%s\n' "$complaint"
    refuse 23 "dpkg was interrupted or has broken packages, expected an empty 'dpkg --audit': repair it first"
  fi
}

# What dpkg has to say; its journal has files as long as something was interrupted.
_audit() {
  look dpkg --audit
  look find /var/lib/dpkg/updates -type f -name '[0-9]*'
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
  if ! plan=$("${_APT[@]}" -s install "${_TARGETS[@]}" 2>&1); then
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
