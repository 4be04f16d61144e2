# shellcheck shell=bash
# sshd's ports are allowed before the door is shut, those that it listens on now as well as those of its settings.
_FILES=(/etc/default/ufw /etc/ufw/ufw.conf /etc/ufw/user.rules /etc/ufw/user6.rules)

check() {
  command -v ufw >/dev/null || refuse 21 "ufw is not installed, expected it on PATH"
  mapfile -t _WANTED < <(wanted_sockets "$P_ALLOW")
  if _is_active; then return 10; fi
  if is_active firewalld || input_is_filtered; then refuse 22 "something else filters here, expected ufw alone"; fi
  [ -n "$(ssh_ports)" ] || refuse 23 "no sshd listens here, expected one: else nobody can tell whether the door is open"
  say_what_closes "${_WANTED[@]}"
}

apply() {
  local socket
  remember_unit ufw.service && ports_of tcp "${_WANTED[@]}" | remember_what_answers && backup "${_FILES[@]}" || return
  for socket in "${_WANTED[@]}"; do
    _allow "${socket#*/}" "${socket%/*}" || return
  done
  S ufw default deny incoming || return
  if forwards_packets; then S ufw default allow routed || return; fi
  S systemctl enable --quiet ufw.service && S ufw --force enable
}

verify() {
  _is_active && still_answers
}

revert() {
  remembers || return 0
  S ufw --force disable && restore && ! input_is_filtered
}

# Of both: what ufw says, and what the kernel does.
_is_active() { ufw_is_on && input_is_filtered; }

# _allow PORT PROTOCOL: a rule that limits who calls too often is one that lets in, and stays.
_allow() {
  if look ufw show added | grep -xE "ufw (allow|limit) $1(/$2)?" >/dev/null; then return 0; fi
  S ufw allow "$1/$2"
}
