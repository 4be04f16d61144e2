# shellcheck shell=bash
# The prelude of every preset: as whom it runs, what it says, and its ways to run.
# Before it the renderer exports HB_PRESET, HB_MODE, HB_JOB, HB_DISTROS, HB_NEEDS_SYSTEMD, HB_LOCKOUT,
# HB_GUARD_SECONDS and the P_* of the preset. Library and preset keep what they know in HB_* and _*, so that the guard
# can take it along.
prelude() {
  set -uo pipefail
  shopt -s lastpipe # the last part of a pipe runs in this shell, so that a refusal there ends the job
  umask 022
  export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin
}
prelude
HB_PHASE=look

main() {
  suits_this_machine
  case $HB_MODE in
    check) needed && say "needed" ;;
    plan) needed && rehearse && say "nothing was changed" ;;
    apply) needed && arm_guard && change && say_outcome ;;
    confirm) confirm_guard ;;
    status) say_status ;;
    probe) say_what_answers ;;
    revert) take_back_as_asked && say "taken back" ;;
    rollback) roll_back ;; # only the guard sets this
    *) refuse 29 "HB_MODE is $HB_MODE, expected check, plan, apply, confirm, status, probe or revert" ;;
  esac
  exit
}

# S COMMAND...: changes something, as root. In check and plan it only says what it would run.
S() {
  if rehearsing; then say "would run:$(printf ' %q' "$@")"; else as_root "$@"; fi
}

# look COMMAND...: only looks, as root, in every mode.
look() { as_root "$@"; }

rehearsing() { [ "$HB_MODE" = check ] || [ "$HB_MODE" = plan ]; }

say() { printf 'hb: %s\n' "$*"; }

# refuse CODE SENTENCE: ends the job with 20 to 29. What apply has changed by then is taken back first.
refuse() {
  if [ "$HB_PHASE" = change ]; then take_back; fi
  say "$2"
  exit "$1"
}

# A sudo that would ask for a password fails here, at once, and not half-way. It drops our environment, hence env.
as_root() {
  if [ "$EUID" = 0 ]; then
    "$@"
  else
    sudo -n -- env PATH="$PATH" LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l "$@"
  fi
}

suits_this_machine() {
  local answer
  answer=$(as_root true 2>&1) || refuse 20 "this runs as $(id -un) and sudo says: $answer; expected root or NOPASSWD"
  suits_distro || refuse 20 "this is $(os_ids), expected one of: $HB_DISTROS"
  [ "$HB_NEEDS_SYSTEMD" = false ] || has_systemd || refuse 20 "systemd does not run here, $HB_PRESET needs it"
}

suits_distro() {
  local id
  if [ -z "$HB_DISTROS" ]; then return 0; fi
  for id in $(os_ids); do
    case " $HB_DISTROS " in *" $id "*) return 0 ;; esac
  done
  return 1
}

# ID and what it is like: "ubuntu debian".
os_ids() { sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' /etc/os-release | tr -d "\"'" | paste -sd ' '; }

# Goes on only when check says that there is something to do.
needed() {
  check
  case $? in
    0) return 0 ;;
    10) say "nothing to do" ;;
    *) refuse 29 "check of $HB_PRESET ended without an answer" ;;
  esac
  if [ "$HB_MODE" = check ]; then exit 10; fi
  exit 0
}

rehearse() {
  apply || refuse 29 "the plan ends here, the step above failed"
  if [ -n "$HB_LOCKOUT" ]; then say "would be taken back after $HB_GUARD_SECONDS s unless it is confirmed"; fi
}

change() {
  HB_PHASE=change
  trap 'fail 30 "stopped half-way"' HUP INT TERM
  apply || fail 30 "apply failed"
  verify || fail 31 "verify failed"
  seal || fail 30 "what was done cannot be written down"
  trap - HUP INT TERM
}

fail() {
  take_back
  say "$2, taken back"
  exit "$1"
}

# A revert that somebody asks for: of a job that is still as that job left it, and that nobody else takes back.
take_back_as_asked() {
  refuse_unless_as_left
  claim_guard
  take_back
}

# The one way back, for what failed and for a revert that is asked for.
take_back() {
  HB_PHASE=back
  trap '' HUP INT TERM
  (revert)
  case $? in
    0) forget && settle "$(guard_state)" taken_back && return 0 ;;
    28) exit 28 ;;
  esac
  give_up
}

# nothing_to_take_back SENTENCE: a revert that is asked for ends here; one after a failure goes on.
nothing_to_take_back() {
  if [ "$HB_MODE" = revert ]; then refuse 28 "$1"; fi
}
