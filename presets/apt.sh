# shellcheck shell=bash
# apt and dpkg: one at a time, never with a question, configuration files as somebody has changed them here.
HB_APT=(
  apt-get -q -y -o DPkg::Lock::Timeout=120
  -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0
)
HB_APT_LOCKS=(/var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock)

refuse_without_apt() {
  command -v apt-get >/dev/null || refuse 21 "apt-get is not installed, expected Debian or one of its family"
}

# wait_for_apt SECONDS: until nobody is at work with it any more.
wait_for_apt() {
  local lock pid deadline=$((SECONDS + $1))
  for lock in "${HB_APT_LOCKS[@]}"; do
    if pid=$(lock_holder "$lock"); then say "waiting for $(ps -o comm= -p "$pid"), pid $pid"; fi
    while pid=$(lock_holder "$lock"); do
      if [ "$SECONDS" -ge "$deadline" ]; then
        refuse 22 "$lock is held by $(ps -o comm= -p "$pid"), pid $pid, expected it free within $1 s"
      fi
      sleep 1
    done
  done
}

# lock_holder FILE: the process that has locked it; false when there is none. The kernel says where as
# major:minor:inode.
lock_holder() {
  local place device
  place=$(stat -c '%D %i' -- "$1" 2>/dev/null) || return
  device=$((16#${place% *}))
  place=$(printf '%02x:%02x:%s' $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "${place#* }")
  awk -v place="$place" '$2 == "POSIX" && $6 == place { print $5; found = 1; exit } END { exit !found }' /proc/locks
}

refuse_if_dpkg_is_broken() {
  local complaint
  complaint=$(audit_dpkg)
  if [ -n "$complaint" ]; then
    printf '%s\n' "$complaint"
    refuse 23 "dpkg was interrupted or has broken packages, expected an empty 'dpkg --audit': repair it first"
  fi
}

# What dpkg has to say; its journal has files as long as something was interrupted.
audit_dpkg() {
  look dpkg --audit
  look find /var/lib/dpkg/updates -type f -name '[0-9]*'
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# install_packages NAME...: those that are missing, and what they need; purge_packages takes all of that away again.
install_packages() {
  local name missing=()
  for name; do
    if ! is_installed "$name"; then missing+=("$name"); fi
  done
  if [ "${#missing[@]}" = 0 ]; then return 0; fi
  look "${HB_APT[@]}" -s --no-remove install "${missing[@]}" | sed -n 's/^Inst \([^ ]*\) .*/\1/p' | keep packages &&
    S "${HB_APT[@]}" --no-remove --no-install-recommends install "${missing[@]}"
}

purge_packages() {
  local name names=()
  for name in $(kept packages); do
    if is_installed "$name"; then names+=("$name"); fi
  done
  if [ "${#names[@]}" -gt 0 ]; then S "${HB_APT[@]}" purge "${names[@]}"; fi
}
