# shellcheck shell=bash
# Services: whether they run, and units of systemd whose state is remembered and put back.

has_systemd() { [ -d /run/systemd/system ]; }

# is_active SERVICE: also where there is no systemd.
is_active() {
  if has_systemd; then systemctl is-active --quiet -- "$1"; else look service "$1" status >/dev/null 2>&1; fi
}

unit_exists() { systemctl cat -- "$1" >/dev/null 2>&1; }

# remember_unit UNIT...: whether it runs and whether it starts by itself. To be called before files are remembered:
# what came first goes back last, so that the unit takes up the files that are back.
remember_unit() {
  local unit
  if rehearsing || ! has_systemd; then return 0; fi
  for unit; do
    open_memory && note "U $(state_of "$unit"):$(start_of "$unit") $unit" || return
  done
}

# active, inactive, failed, ...
state_of() { systemctl is-active -- "$1" 2>/dev/null; }

# enabled, disabled, masked, static, ...; nothing when there is no such unit.
start_of() { systemctl is-enabled -- "$1" 2>/dev/null; }

# put_back_unit STATE:START UNIT
put_back_unit() {
  if [ "$(start_of "$2")" != "${1#*:}" ]; then put_back_start "${1#*:}" "$2" || return; fi
  case $1 in
    active:* | activating:* | reloading:*) S systemctl reload-or-restart -- "$2" ;;
    *) if is_active "$2"; then S systemctl stop -- "$2"; fi ;;
  esac
}

put_back_start() {
  case $1 in
    enabled) S systemctl unmask --quiet -- "$2" && S systemctl enable --quiet -- "$2" ;;
    disabled) S systemctl unmask --quiet -- "$2" && S systemctl disable --quiet -- "$2" ;;
    masked) S systemctl mask --quiet -- "$2" ;;
  esac
}
