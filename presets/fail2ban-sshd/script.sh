# shellcheck shell=bash
# The journal is asked, since without rsyslog there is no auth.log. That needs a module that fail2ban only suggests;
# without it the daemon does not start.
_FILE=/etc/fail2ban/jail.d/90-hyprbox.local
_UNIT=fail2ban.service

check() {
  [ -n "$P_NEVER" ] || refuse 24 "nobody is exempt, expected your own addresses and that of the control plane"
  if has_content "$_FILE" "$(_jail)"$'\n' && _is_watching; then return 10; fi
  if _has_dnf; then
    has_rpm fail2ban-server || look dnf -q list fail2ban-server >/dev/null 2>&1 ||
      refuse 25 "no repository of this machine has fail2ban, expected EPEL"
    return 0
  fi
  if is_installed fail2ban && is_installed python3-systemd; then return 0; fi
  refuse_without_apt
  wait_for_apt "$P_PATIENCE"
  refuse_if_dpkg_is_broken
}

apply() {
  remember_unit "$_UNIT" && _install && _jail | write_file "$_FILE" || return
  S fail2ban-client --test && S systemctl enable --quiet "$_UNIT" && S systemctl restart "$_UNIT"
}

verify() {
  local _
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if _is_watching; then return 0; fi
    sleep 1
  done
  look journalctl --no-pager --quiet --lines=20 --output=cat --unit="$_UNIT"
  return 1
}

revert() {
  remembers || return 0
  if _has_dnf; then restore && erase_rpms; else purge_packages && restore; fi
}

_install() {
  if _has_dnf; then install_rpms fail2ban-server python3-systemd; else install_packages fail2ban python3-systemd; fi
}

_has_dnf() { command -v dnf >/dev/null && ! command -v apt-get >/dev/null; }

_jail() {
  cat <<END
[sshd]
enabled = true
backend = systemd
port = $(ssh_ports | paste -sd ,)
maxretry = $P_TRIES
findtime = 10m
bantime = ${P_MINUTES}m
ignoreip = 127.0.0.1/8 ::1 $P_NEVER
END
  if ! command -v iptables >/dev/null; then printf 'banaction = nftables-multiport\n'; fi
}

_is_watching() { is_active "$_UNIT" && look fail2ban-client status sshd >/dev/null 2>&1; }
