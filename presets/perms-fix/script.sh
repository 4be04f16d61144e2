# shellcheck shell=bash
# The most that each may allow, as the scanner has it.
_MOST=(
  "644 /etc/passwd /etc/passwd- /etc/group /etc/group- /etc/crontab /etc/ssh/sshd_config /etc/ld.so.preload"
  "640 /etc/shadow /etc/shadow- /etc/gshadow /etc/gshadow-"
  "440 /etc/sudoers"
  "755 /etc/sudoers.d /etc/ssh/sshd_config.d"
  "755 /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly"
  "644 /boot/grub/grub.cfg /boot/grub2/grub.cfg /root/.ssh/authorized_keys"
  "750 /root"
  "700 /root/.ssh"
)
_FOR_EVERYBODY=" /tmp /var/tmp /dev/shm "
_RUN_BY_ROOT='^/etc/(cron\.(d|hourly|daily|weekly|monthly)|systemd/system|profile\.d|ld\.so\.conf\.d|init\.d)(/[^/]+)?$'
_RUN_BY_ROOT+='|^/usr/local/s?bin(/[^/]+)?$'

check() {
  local path wrong=0
  [ -n "$P_PATHS" ] || refuse 21 "no path is given, expected one that a finding is about"
  for path in $P_PATHS; do
    look test -e "$path" || refuse 21 "$path does not exist, expected a file or a folder"
    ! look test -L "$path" || refuse 22 "$path is a link, expected a file or a folder"
    refuse_unless_safe "$path"
    _wanted "$path" >/dev/null || refuse 23 "$path is none that this knows the right mode of, expected one of a finding"
    if ! _is_right "$path"; then wrong=1; fi
  done
  if [ "$wrong" = 0 ]; then return 10; fi
}

apply() {
  local path wanted
  for path in $P_PATHS; do
    if _is_right "$path"; then continue; fi
    wanted=$(_wanted "$path")
    say "$path goes from $(_is "$path") to $wanted"
    remember_mode "$path" && S chown -h "${wanted#*:}" -- "$path" && S chmod "${wanted%%:*}" -- "$path" || return
  done
}

verify() {
  local path
  for path in $P_PATHS; do
    _is_right "$path" || return
  done
}

revert() {
  restore
}

_is_right() { [ "$(_is "$1")" = "$(_wanted "$1")" ]; }

_is() { look stat -c '%a:%u:%g' -- "$1"; }

# Mode, owner and group as they should be; false for what this knows nothing of. Bits are only ever taken away, but for
# the one that lets each remove only what is his.
_wanted() {
  local mode owner group most
  IFS=: read -r mode owner group < <(_is "$1")
  mode=$((8#$mode))
  if most=$(_most "$1"); then
    mode=$((mode & (8#7000 | 8#$most))) owner=0
  elif [[ $_FOR_EVERYBODY == *" $1 "* ]]; then
    mode=$((mode | 8#1000))
  elif [[ $1 =~ $_RUN_BY_ROOT ]]; then
    mode=$((mode & ~8#002))
  elif [[ $1 =~ ^/etc/sudoers\.d/[^/]+$ ]]; then
    mode=$((mode & ~8#022)) owner=0
  elif _is_home "$1"; then
    mode=$((mode & ~8#022))
  elif look grep -qs -e '^-----BEGIN .*PRIVATE KEY-----' -- "$1"; then
    mode=$((mode & ~8#007))
  else
    return 1
  fi
  printf '%o:%s:%s' "$mode" "$owner" "$group"
}

_most() {
  local line
  for line in "${_MOST[@]}"; do
    if [[ " ${line#* } " == *" $1 "* ]]; then printf '%s' "${line%% *}" && return; fi
  done
  return 1
}

# Of somebody who may log in; that of a service may be shared on purpose.
_is_home() {
  [ "$1" != / ] && awk -F : '$7 !~ /(nologin|false|sync|shutdown|halt)$/ { print $6 }' /etc/passwd | grep -xF -e "$1" >/dev/null
}
