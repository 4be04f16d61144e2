# shellcheck shell=bash
# Where systemd makes the socket, its mode is a setting of systemd's; where the daemon does, it is never open.
_FILE=/etc/systemd/system/docker.socket.d/90-hyprbox.conf

check() {
  look test -S "$P_SOCKET" || refuse 21 "$P_SOCKET is no socket, expected that of Docker"
  refuse_unless_safe "$P_SOCKET"
  if _is_closed && ! _is_made_open; then return 10; fi
}

apply() {
  remember_mode "$P_SOCKET" && S chmod o-rwx -- "$P_SOCKET" || return
  if _is_made_open; then
    printf '[Socket]\nSocketMode=0660\n' | write_file "$_FILE" && S systemctl daemon-reload
  fi
}

verify() {
  _is_closed && ! _is_made_open
}

revert() {
  remembers || return 0
  restore || return
  if has_systemd; then S systemctl daemon-reload; fi
}

_is_closed() { [[ $(look stat -c %a -- "$P_SOCKET") == *0 ]]; }

# Of a unit that is not there systemd says what it would be by itself, which is open to all.
_is_made_open() {
  has_systemd && unit_exists docker.socket &&
    [[ $(systemctl show --value --property=SocketMode docker.socket) == *[1-7] ]]
}
