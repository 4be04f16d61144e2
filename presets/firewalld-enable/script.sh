# shellcheck shell=bash
# The zone is told what it lets in while firewalld is off, so that the door is never shut in between.
_UNIT=firewalld.service

check() {
  command -v firewall-offline-cmd >/dev/null || refuse 21 "firewalld is not installed, expected firewall-cmd on PATH"
  mapfile -t _WANTED < <(wanted_sockets "$P_ALLOW")
  if is_active "$_UNIT"; then return 10; fi
  if ufw_is_on || input_is_filtered; then refuse 22 "something else filters here, expected firewalld alone"; fi
  [ -n "$(ssh_ports)" ] || refuse 23 "no sshd listens here, expected one: else nobody can tell whether the door is open"
  _ZONE=$(look firewall-offline-cmd --get-default-zone) || refuse 24 "firewalld names no default zone, expected one"
  [[ $_ZONE =~ ^[A-Za-z0-9_-]+$ ]] || refuse 24 "the default zone of firewalld is ${_ZONE@Q}, expected a name"
  say_what_closes "${_WANTED[@]}"
}

apply() {
  local socket zone=/etc/firewalld/zones/$_ZONE.xml
  remember_unit "$_UNIT" && ports_of tcp "${_WANTED[@]}" | remember_what_answers && backup "$zone" "$zone.old" || return
  for socket in "${_WANTED[@]}"; do
    S firewall-offline-cmd --quiet --zone="$_ZONE" --add-port="${socket#*/}/${socket%/*}" || return
  done
  S systemctl unmask --quiet "$_UNIT" && S systemctl enable --quiet "$_UNIT" && S systemctl restart "$_UNIT"
}

verify() {
  is_active "$_UNIT" && look firewall-cmd --quiet --state && still_answers
}

# It takes its rules out of the kernel when it stops.
revert() {
  remembers || return 0
  S systemctl stop "$_UNIT"
  restore && ! input_is_filtered
}
