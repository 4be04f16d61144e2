# shellcheck shell=bash
# Each packager has a name for it.
_TIMERS=(certbot.timer certbot-renew.timer snap.certbot.renew.timer)

check() {
  command -v certbot >/dev/null || refuse 21 "certbot is not installed, expected it on PATH"
  _TIMER=$(_find) || refuse 22 "certbot came without a timer, expected one of: ${_TIMERS[*]}"
  if _is_on; then return 10; fi
}

apply() {
  remember_unit "$_TIMER" || return
  if [ "$(start_of "$_TIMER")" = masked ]; then S systemctl unmask --quiet "$_TIMER" || return; fi
  S systemctl enable --quiet --now "$_TIMER"
}

verify() {
  _is_on
}

revert() {
  restore
}

_find() {
  local timer
  for timer in "${_TIMERS[@]}"; do
    if unit_exists "$timer"; then printf '%s' "$timer" && return; fi
  done
  return 1
}

_is_on() { is_active "$_TIMER" && [ "$(start_of "$_TIMER")" = enabled ]; }
