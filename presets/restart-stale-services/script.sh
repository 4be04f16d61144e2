# shellcheck shell=bash
# With one of these, more than itself would end.
_NEVER='^(dbus|dbus-broker|systemd-logind|gdm|gdm3|lightdm|sddm|display-manager|docker|containerd|hyprnode)\.service$'
_REPLACED='^[0-9a-f-]+ ..x. [^/]*/(usr|lib|lib64|bin|sbin|opt)/.* \(deleted\)$'

check() {
  local unit
  mapfile -t _UNITS < <(_chosen | grep -vE "$_NEVER")
  for unit in $(_chosen | grep -E "$_NEVER"); do
    say "$unit is stale as well, and is left for a restart of the machine"
  done
  [ "${#_UNITS[@]}" -gt 0 ] || return 10
}

apply() {
  local unit failed=0
  for unit in "${_UNITS[@]}"; do
    if S systemctl try-restart -- "$unit"; then
      rehearsing || say "restarted $unit"
    else
      say "$unit did not start again" && failed=1
    fi
  done
  return "$failed"
}

verify() {
  local unit left
  left=$(_stale)
  for unit in "${_UNITS[@]}"; do
    is_active "$unit" || { say "$unit is not active any more" && return 1; }
    ! grep -qxF -- "$unit" <<<"$left" || { say "$unit is stale still" && return 1; }
  done
}

revert() {
  nothing_to_take_back "a restart is not taken back, expected nothing else of $HB_PRESET"
  say "what was restarted runs on"
}

# Of those that were asked for the stale ones, else all of them.
_chosen() {
  if [ -n "$P_UNITS" ]; then _stale | grep -xF -f <(tr ' ' '\n' <<<"$P_UNITS"); else _stale; fi
}

# Services of the system that run something whose file is not there any more. What ends meanwhile is no matter.
_stale() {
  local maps
  look grep -lsE "$_REPLACED" /proc/[0-9]*/maps | while IFS= read -r maps; do
    sed -n '/user\.slice/d; s|^.*/\([^/]*\.service\)$|\1|p' "${maps%maps}cgroup" 2>/dev/null
  done | sort -u
}
