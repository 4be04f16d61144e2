# shellcheck shell=bash
# The last word counts among apt's files, so this is a file with a late name; nobody's own is edited.
_FILE=/etc/apt/apt.conf.d/99hyprbox-auto-upgrades
_TIMERS=(apt-daily.timer apt-daily-upgrade.timer)

check() {
  refuse_without_apt
  if _is_on; then return 10; fi
  wait_for_apt "$P_PATIENCE"
  refuse_if_dpkg_is_broken
}

apply() {
  remember_unit "${_TIMERS[@]}" && install_packages unattended-upgrades && _settings | write_file "$_FILE" || return
  if has_systemd; then S systemctl enable --quiet --now "${_TIMERS[@]}"; fi
}

verify() {
  _is_on
}

revert() {
  remembers || return 0
  purge_packages && restore
}

_settings() {
  cat <<END
APT::Periodic::Enable "1";
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
END
  if [ "$P_REBOOT" = true ]; then
    cat <<END
Unattended-Upgrade::Automatic-Reboot "true";
Unattended-Upgrade::Automatic-Reboot-Time "04:00";
END
  fi
}

# By what apt says itself, whichever file it has that from.
_is_on() {
  local timer
  is_installed unattended-upgrades && _is_set || return
  if ! has_systemd; then return 0; fi
  for timer in "${_TIMERS[@]}"; do
    is_active "$timer" && [ "$(start_of "$timer")" = enabled ] || return
  done
}

_is_set() {
  local set
  set=$(apt-config dump --format '%f %v%n') || return
  grep -qE '^APT::Periodic::Update-Package-Lists [^0]' <<<"$set" &&
    grep -qE '^APT::Periodic::Unattended-Upgrade [^0]' <<<"$set" &&
    ! grep -qE '^APT::Periodic::Enable 0' <<<"$set" &&
    { [ "$P_REBOOT" = false ] || grep -qiE '^Unattended-Upgrade::Automatic-Reboot (true|1|yes|on)$' <<<"$set"; }
}
