# shellcheck shell=bash
# It has one file of settings and no folder for more, so that file is edited: only what is said here.
_FILE=/etc/dnf/automatic.conf
_TIMERS=(dnf-automatic.timer dnf5-automatic.timer)

check() {
  refuse_without_dnf
  if _is_on; then return 10; fi
}

apply() {
  local timer
  remember_unit "${_TIMERS[@]}" && install_rpms dnf-automatic && _settings | write_file "$_FILE" || return
  if rehearsing; then return 0; fi
  timer=$(_timer) && S systemctl enable --quiet --now "$timer"
}

verify() {
  _is_on
}

revert() {
  remembers || return 0
  restore && erase_rpms
}

# The first lines of the section, which may have to be made, so that what is said further down is taken out.
_settings() {
  { if exists "$_FILE"; then look cat -- "$_FILE"; fi; } | awk -v reboot="$(_reboot)" '
    function tell() {
      print "upgrade_type = security\ndownload_updates = yes\napply_updates = yes\nreboot = " reboot
      told = 1
    }
    /^\[/ { inside = /^\[commands\]/ }
    inside && /^[ \t]*(upgrade_type|apply_updates|download_updates|reboot)[ \t]*=/ { next }
    { print }
    /^\[commands\]/ && !told { tell() }
    END { if (!told) { print "[commands]"; tell() } }'
}

_reboot() { if [ "$P_REBOOT" = true ]; then printf when-needed; else printf never; fi; }

_timer() {
  local timer
  for timer in "${_TIMERS[@]}"; do
    if unit_exists "$timer"; then printf '%s' "$timer" && return; fi
  done
  return 1
}

_is_on() {
  local timer content
  content=$(_settings && printf .) # the dot keeps the line breaks at the end
  exists "$_FILE" && has_content "$_FILE" "${content%.}" && timer=$(_timer) &&
    is_active "$timer" && [ "$(start_of "$timer")" = enabled ]
}
