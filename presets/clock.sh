# shellcheck shell=bash
# The guard's clock: starts its script when the time is up, and at once when the machine has been started again.
HB_UNIT=hyprbox-guard-$HB_JOB
HB_UNIT_FILE=/etc/systemd/system/$HB_UNIT.service
HB_CRON_FILE=/etc/cron.d/$HB_UNIT

start_clock() {
  if has_systemd; then start_timer; else start_sleeper; fi
}

stop_clock() {
  if has_systemd; then stop_timer; else S rm -f -- "$HB_CRON_FILE"; fi
}

# A restart ends the timer but not its service, which is among what a start starts.
start_timer() {
  put "$HB_UNIT_FILE" 0644 "$(guard_unit)"$'\n' && S systemctl enable --quiet -- "$HB_UNIT.service" &&
    S systemd-run --quiet --unit="$HB_UNIT" --on-active="$HB_GUARD_SECONDS" --timer-property=AccuracySec=1s &&
    is_active "$HB_UNIT.timer"
}

guard_unit() {
  cat <<EOF
[Unit]
Description=Take job $HB_JOB of HyprBox back ($HB_PRESET)
After=network.target ssh.service sshd.service ufw.service nftables.service firewalld.service

[Service]
Type=oneshot
ExecStart=/bin/bash $HB_GUARD/rollback

[Install]
WantedBy=multi-user.target
EOF
}

stop_timer() {
  S systemctl stop -- "$HB_UNIT.timer" 2>/dev/null
  S systemctl disable --no-reload --quiet -- "$HB_UNIT.service" 2>/dev/null
  S rm -f -- "$HB_UNIT_FILE"
  S systemctl daemon-reload
}

# Where systemd is not: who sleeps in a session of its own, deaf to what ends a job, and cron for the restart.
start_sleeper() {
  exists "${HB_CRON_FILE%/*}" || { say "without systemd or cron no restart would take it back" && return 1; }
  put "$HB_CRON_FILE" 0644 "@reboot root /bin/bash $HB_GUARD/rollback"$'\n' || return
  # shellcheck disable=SC2016 # the other bash expands it
  S setsid bash -c '(trap "" HUP INT TERM; sleep "$1"; exec bash "$2") &' sleeper \
    "$HB_GUARD_SECONDS" "$HB_GUARD/rollback" </dev/null >/dev/null 2>&1
}
