# shellcheck shell=bash
# journald reads all drop-ins in the order of their names, and the last word counts.
_FILE=/etc/systemd/journald.conf.d/90-hyprbox.conf
_UNIT=systemd-journald.service

check() {
  if _is_set; then return 10; fi
}

apply() {
  remember_unit "$_UNIT" || return
  printf '[Journal]\nSystemMaxUse=%sM\n' "$P_MEGABYTES" | write_file "$_FILE" || return
  S systemctl restart "$_UNIT" && S journalctl --quiet --vacuum-size="${P_MEGABYTES}M"
}

verify() {
  _is_set && is_active "$_UNIT"
}

revert() {
  restore
}

_is_set() {
  local limits
  limits=$(systemd-analyze cat-config systemd/journald.conf | sed -n 's/^SystemMaxUse=//p')
  [ "$(tail -n 1 <<<"$limits")" = "${P_MEGABYTES}M" ]
}
