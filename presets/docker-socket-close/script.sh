# shellcheck shell=bash
# Where systemd makes the socket, its mode is a setting of systemd's; where the daemon does, it is never open. Listeners
# on the network stand in the command line of its unit or in its file of settings, never in both: it would not start.
_SOCKET_FILE=/etc/systemd/system/docker.socket.d/90-hyprbox.conf
_UNIT_FILE=/etc/systemd/system/docker.service.d/zz-hyprbox.conf # the last word counts
_SETTINGS=/etc/docker/daemon.json
_UNIT=docker.service

check() {
  look test -S "$P_SOCKET" || refuse 21 "$P_SOCKET is no socket, expected that of Docker"
  refuse_unless_safe "$P_SOCKET"
  _find_listeners
  if [ -n "$_LISTENS" ] && [ -z "$_WHERE" ]; then _say_who_else_opens; fi
  if _is_closed && ! _is_made_open && [ -z "$_WHERE" ]; then return 10; fi
}

apply() {
  local command settings
  if [ -n "$_WHERE" ]; then remember_unit "$_UNIT" || return; fi
  remember_mode "$P_SOCKET" && S chmod o-rwx -- "$P_SOCKET" || return
  if _is_made_open; then printf '[Socket]\nSocketMode=0660\n' | write_file "$_SOCKET_FILE" || return; fi
  case $_WHERE in
    unit) command=$(_command) && printf '[Service]\nExecStart=\nExecStart=%s\n' "$(_without_tcp "$command")" |
      write_file "$_UNIT_FILE" || return ;;
    settings) settings=$(_settings_without_tcp) && printf '%s\n' "$settings" | write_file "$_SETTINGS" || return ;;
  esac
  if has_systemd; then S systemctl daemon-reload || return; fi
  if [ -n "$_WHERE" ]; then S systemctl restart "$_UNIT"; fi
}

verify() {
  local _
  for _ in 1 2 3 4 5 6 7 8 9 10; do # it may take a while to make its socket
    if _is_closed && ! _is_made_open && _is_quiet; then return 0; fi
    sleep 1
  done
  if _is_quiet; then
    say "$P_SOCKET is open to all still"
  else
    say "dockerd listens on $(_listens) still, or does not run"
  fi
  return 1
}

revert() {
  remembers || return 0
  restore || return
  if has_systemd; then S systemctl daemon-reload; fi
  if look test -e "$HB_DIR/files$_SETTINGS" || is_noted N "$_UNIT_FILE" || is_noted F "$_UNIT_FILE"; then
    if is_active "$_UNIT"; then S systemctl restart "$_UNIT"; fi
  fi
}

_is_closed() { [[ $(look stat -c %a -- "$P_SOCKET") == *0 ]]; }

# Of a unit that is not there systemd says what it would be by itself, which is open to all.
_is_made_open() {
  has_systemd && unit_exists docker.socket &&
    [[ $(systemctl show --value --property=SocketMode docker.socket) == *[1-7] ]]
}

# The socket can be closed all the same.
_say_who_else_opens() {
  local sentence="dockerd listens on $_LISTENS and neither its unit nor $_SETTINGS says so"
  if _is_closed && ! _is_made_open; then refuse 23 "$sentence, expected tcp:// in one of them"; fi
  say "$sentence: that stays"
}

# _LISTENS: where it listens to the network now. _WHERE: unit or settings, whichever has it do so without TLS.
_find_listeners() {
  local command
  _LISTENS=$(_listens) _WHERE=
  has_systemd && unit_exists "$_UNIT" || return 0
  command=$(_command)
  if look grep -qsE '"tlsverify"[[:space:]]*:[[:space:]]*true' "$_SETTINGS" || [[ $command == *--tlsverify* ]]; then
    _LISTENS=
  elif [[ $command == *tcp://* ]]; then
    _WHERE=unit
    [[ $command != *[\'\"\$\\%\;]* ]] ||
      refuse 24 "the command line of $_UNIT has quotes or variables, expected plain words: take tcp:// out of it by hand"
  elif look grep -qs '"tcp://' "$_SETTINGS"; then
    _WHERE=settings
    command -v python3 >/dev/null || refuse 25 "python3 is not installed, expected it to change $_SETTINGS as JSON"
  fi
}

# As its files say it, the last of them counts; an empty one takes back all before it.
_command() { systemctl cat -- "$_UNIT" | sed -n 's/^ExecStart[[:space:]]*=[[:space:]]*//p' | tail -n 1; }

# _without_tcp COMMAND: -H tcp://…, --host tcp://… and --host=tcp://… go, in one word or two.
_without_tcp() { sed -E 's/[[:space:]]+(-H|--host)([[:space:]]*=?[[:space:]]*)tcp:[^[:space:]]+//g' <<<"$1"; }

_settings_without_tcp() {
  look cat -- "$_SETTINGS" | python3 -c '
import json, sys
settings = json.load(sys.stdin)
hosts = [host for host in settings.pop("hosts", []) if not host.startswith("tcp://")]
print(json.dumps(settings | ({"hosts": hosts} if hosts else {}), indent=2))'
}

_is_quiet() { [ -z "$_WHERE" ] || { [ -z "$(_listens)" ] && is_active "$_UNIT"; }; }

_listens() { look ss -Hltnp | awk '/"dockerd"/ { print $4 }' | sort -u | paste -sd ' '; }
