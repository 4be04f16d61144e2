# shellcheck shell=bash
# A locked password keeps no key out; an account that has expired does.
_ADMINS='^(sudo|wheel|admin):'

check() {
  look grep -q "^$P_USER:" /etc/shadow || refuse 21 "there is no $P_USER in /etc/shadow, expected a user of this machine"
  [ "$(id -u -- "$P_USER")" != 0 ] || refuse 22 "$P_USER is root by number, expected somebody else"
  ! is_agents_user "$P_USER" || refuse 23 "the agent works as $P_USER, expected somebody else"
  if _is_locked; then return 10; fi
  _refuse_if_last_admin
}

apply() {
  _state | keep state && S usermod --lock --expiredate 1 -- "$P_USER" || return
  if pgrep -u "$P_USER" >/dev/null; then say "$P_USER has processes at work, which go on"; fi
}

verify() {
  _is_locked
}

revert() {
  local state
  remembers || return 0
  state=$(kept state)
  _is_locked || refuse 27 "$P_USER is not locked any more, expected it as job $HB_JOB left it"
  S usermod --expiredate "${state#*:}" -- "$P_USER" || return
  case $state in
    empty:*) S usermod --password '' -- "$P_USER" ;;
    open:*) S usermod --unlock -- "$P_USER" ;;
  esac
}

# Of the password, and the day on which the account expires, such as "open:" or "locked:2026-11-22".
_state() {
  local expires
  expires=$(_field 8)
  case $(_field 2) in
    '') printf empty: ;;
    '!'*) printf locked: ;;
    *) printf open: ;;
  esac
  if [ -n "$expires" ]; then date -u -d "1970-01-01 $expires days" +%F; fi
}

_is_locked() {
  local expires
  expires=$(_field 8)
  [[ $(_field 2) == [!*]* ]] && [ -n "$expires" ] && [ "$expires" -le $(($(date +%s) / 86400)) ]
}

_field() { shadow_field "$1" "$P_USER"; }

_refuse_if_last_admin() {
  local admins
  admins=$(grep -E "$_ADMINS" /etc/group | cut -d : -f 4 | tr , '\n' | grep . | sort -u)
  [ "$admins" != "$P_USER" ] || refuse 24 "$P_USER is the last who can become root, expected another one as well"
}
