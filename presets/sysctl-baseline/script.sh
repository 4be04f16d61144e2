# shellcheck shell=bash
# A name that comes last: another file that sets the same would win after the next start.
_FILE=/etc/sysctl.d/zz-hyprbox.conf
# Key, the value that is set, and others that are as good.
_BASELINE=(
  "kernel.randomize_va_space 2"
  "kernel.kptr_restrict 1 2"
  "kernel.dmesg_restrict 1"
  "kernel.unprivileged_bpf_disabled 2 1"
  "kernel.yama.ptrace_scope 1 2 3"
  "fs.protected_hardlinks 1"
  "fs.protected_symlinks 1"
  "fs.protected_fifos 1 2"
  "fs.protected_regular 1 2"
  "fs.suid_dumpable 0 2"
  "net.ipv4.tcp_syncookies 1 2"
  "net.ipv4.icmp_echo_ignore_broadcasts 1"
  "net.ipv4.conf.all.accept_source_route 0"
  "net.ipv6.conf.all.accept_source_route 0 -1"
  "net.ipv4.conf.all.accept_redirects 0"
  "net.ipv6.conf.all.accept_redirects 0"
  "net.ipv4.conf.all.send_redirects 0"
)

check() {
  local key
  _refuse_unknown_keys
  mapfile -t _WEAK < <(_weak)
  if [ "${#_WEAK[@]}" = 0 ]; then return 10; fi
  for key in "${_WEAK[@]%%=*}"; do
    look test -w "$(_place "$key")" || refuse 22 "$key cannot be set here, expected a machine and no container"
  done
}

apply() {
  local key
  for key in "${_WEAK[@]%%=*}"; do
    printf '%s=%s\n' "$key" "$(_value "$key")"
  done | keep values || return
  _settings | write_file "$_FILE" && S sysctl --quiet --load="$_FILE"
}

verify() {
  [ -z "$(_weak)" ]
}

revert() {
  local setting failed=0
  remembers || return 0
  for setting in $(kept values); do
    S sysctl --quiet --write "$setting" || failed=1
  done
  restore && [ "$failed" = 0 ]
}

_refuse_unknown_keys() {
  local key
  for key in $P_KEYS; do
    grep -q "^$key " < <(printf '%s\n' "${_BASELINE[@]}") || refuse 21 "$key is not in the baseline, expected one of it"
  done
}

# Lines of key=value for what this kernel has, and has below the baseline.
_weak() {
  local key want others
  while read -r key want others; do
    if [ -n "$P_KEYS" ] && [[ " $P_KEYS " != *" $key "* ]]; then continue; fi
    if look test -e "$(_place "$key")" && [[ " $want $others " != *" $(_value "$key") "* ]]; then
      printf '%s=%s\n' "$key" "$want"
    fi
  done < <(printf '%s\n' "${_BASELINE[@]}")
}

# What the file has already, and what is weak.
_settings() {
  {
    look cat "$_FILE" 2>/dev/null
    printf '%s\n' "${_WEAK[@]}"
  } | sort -u
}

_value() { look cat "$(_place "$1")"; }

_place() { printf '/proc/sys/%s' "${1//./\/}"; }
