# shellcheck shell=bash
# A transient timer: it does not outlive the start of the machine that it waits for.
_TIMER=hyprbox-reboot.timer
_MOST_DAYS=30

check() {
  local left scheduled
  _AT=$(date -d "$P_AT" +%s) || refuse 21 "$P_AT is no time, expected one such as 2026-11-22T03:00+01:00"
  scheduled=$(_scheduled)
  if [ "$scheduled" = "$_AT" ]; then return 10; fi
  [ -z "$scheduled" ] || refuse 22 "a restart is scheduled for $(utc "@$scheduled"), expected that one taken back first"
  ! look test -e /run/systemd/shutdown/scheduled || refuse 23 "somebody else has scheduled a shutdown, expected none"
  left=$((_AT - $(date +%s)))
  [ "$left" -gt 0 ] || refuse 24 "$(utc "@$_AT") is over, expected a time to come"
  [ "$left" -le $((_MOST_DAYS * 86400)) ] || refuse 24 "$(utc "@$_AT") is far away, expected at most $_MOST_DAYS days"
}

apply() {
  printf '%s\n' "$_AT" | keep at || return
  S systemd-run --quiet --unit="${_TIMER%.timer}" --on-calendar="$(utc "@$_AT")" --timer-property=AccuracySec=1s \
    -- systemctl reboot --message="scheduled by HyprBox, job $HB_JOB" || return
  if command -v wall >/dev/null; then S wall "This machine restarts at $(utc "@$_AT"), for updates."; fi
}

verify() {
  [ "$(_scheduled)" = "$_AT" ]
}

revert() {
  remembers || return 0
  if is_active "$_TIMER"; then S systemctl stop "$_TIMER" || return; fi
  restore
}

# Seconds since 1970 of the restart that we have scheduled; nothing when there is none.
_scheduled() {
  local next
  next=$(systemctl show --value --property=NextElapseUSecRealtime "$_TIMER")
  if is_active "$_TIMER" && [ -n "$next" ]; then date -d "$next" +%s; fi
}
