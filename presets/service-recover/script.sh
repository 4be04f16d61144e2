# shellcheck shell=bash
# Started is not recovered: it has to be up after a while as well, and the same run of it.

check() {
  unit_exists "$P_UNIT" || refuse 21 "there is no unit $P_UNIT, expected one that systemd knows"
  case $(_is ActiveState):$(_is SubState) in
    failed:* | *:auto-restart) ;;
    *) return 10 ;;
  esac
}

apply() {
  say "$P_UNIT is $(_is SubState), the reason is $(_is Result unknown)"
  S systemctl reset-failed -- "$P_UNIT"
  S systemctl restart -- "$P_UNIT" || _show_log
}

verify() {
  sleep "$P_SECONDS"
  if [ "$(_is Result success)" = success ] && [ "$(_is NRestarts 0)" = 0 ] && _is_up; then return 0; fi
  _show_log
}

revert() {
  nothing_to_take_back "a start is not taken back, expected nothing else of $HB_PRESET"
  say "$P_UNIT is $(_is SubState)"
}

# What runs once and ends well is up, too.
_is_up() {
  case $(_is ActiveState):$(_is Type) in
    active:* | inactive:oneshot) ;;
    *) false ;;
  esac
}

# _is PROPERTY [ELSE]: not every kind of unit has all of them.
_is() {
  local value
  value=$(systemctl show --value --property="$1" -- "$P_UNIT")
  printf '%s' "${value:-${2:-}}"
}

_show_log() {
  look journalctl --no-pager --quiet --lines=20 --output=cat --unit="$P_UNIT"
  return 1
}
