# shellcheck shell=bash
# The prelude of every preset: as whom it runs, what it says, and its four ways to run: check, plan, apply, revert.
# Before it the renderer exports HB_PRESET, HB_MODE, HB_JOB, HB_DISTROS, HB_NEEDS_SYSTEMD and the P_* of the preset.
set -uo pipefail
shopt -s lastpipe # the last part of a pipe runs in this shell, so that a refusal there ends the job
umask 022
export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin
HB_PHASE=look

main() {
  suits_this_machine
  case $HB_MODE in
    check) needed && say "needed" ;;
    plan) needed && { apply || refuse 29 "the plan ends here, the step above failed"; } && say "nothing was changed" ;;
    apply) needed && change && say "applied" ;;
    revert) take_back && say "taken back" ;;
    *) refuse 29 "HB_MODE is $HB_MODE, expected check, plan, apply or revert" ;;
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

has_systemd() { [ -d /run/systemd/system ]; }

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

change() {
  HB_PHASE=change
  trap 'fail 30 "stopped half-way"' HUP INT TERM
  apply || fail 30 "apply failed"
  verify || fail 31 "verify failed"
  trap - HUP INT TERM
}

fail() {
  take_back
  say "$2, taken back"
  exit "$1"
}

# The one way back, for what failed and for a revert that is asked for.
take_back() {
  HB_PHASE=back
  trap '' HUP INT TERM
  (revert)
  case $? in
    0) return 0 ;;
    28) exit 28 ;;
  esac
  say "could not be taken back: a person has to look at this machine"
  exit 32
}

# nothing_to_take_back SENTENCE: a revert that is asked for ends here; one after a failure goes on.
nothing_to_take_back() {
  if [ "$HB_MODE" = revert ]; then refuse 28 "$1"; fi
}
