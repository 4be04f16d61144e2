# shellcheck shell=bash
# The guard: what may shut people out is taken back by itself, unless somebody confirms that they still get in. It is
# armed before the first change, in HB_GUARD: `rollback`, a script that needs nobody else, its `log`, and one file whose
# name is its state and whose text says since when (of `armed`: until when). They change by a rename, so of
# two who want to change them at the same time one wins:
#   armed -> confirmed | taken_back | rolling_back -> rolled_back | rollback-FAILED
# While a job is armed, nobody else arms for the same area: HB_GUARDS/.ssh links to the job that has it.
HB_GUARDS=/var/lib/hyprbox-presets/.guards
HB_GUARD=$HB_GUARDS/$HB_JOB
HB_STATES="armed rolling_back rollback-FAILED rolled_back confirmed taken_back"
HB_CLAIM=/run/hyprbox-guard-$HB_JOB # gone after a restart, so that a way back that was cut off is gone again

arm_guard() {
  if [ -z "$HB_LOCKOUT" ]; then return 0; fi
  refuse_unless_safe "$HB_GUARD/armed"
  write_rollback || refuse 26 "the guard cannot be laid down in $HB_GUARD, nothing is changed"
  hold_areas
  if arm; then return 0; fi
  settle armed taken_back
  refuse 26 "the guard cannot be armed, nothing is changed"
}

# On the disk itself, lest a power cut forgets the guard and not what it guards.
arm() {
  write_state "$(utc "+$HB_GUARD_SECONDS seconds")" armed && start_clock && S sync -- "$HB_GUARD/armed" "$HB_GUARD"
}

say_outcome() {
  if [ -n "$HB_LOCKOUT" ]; then
    say_doors
    say "applied, and taken back at $(since armed) unless job $HB_JOB is confirmed"
  else
    say "applied"
  fi
}

confirm_guard() {
  local state
  state=$(guard_state)
  case $state in
    armed | rollback-FAILED) ;;
    confirmed) say "nothing to do" && return ;;
    '') refuse 26 "job $HB_JOB has no guard on this machine, expected one in $HB_GUARD" ;;
    *) refuse 26 "job $HB_JOB is $state since $(since "$state"), expected armed: this comes too late" ;;
  esac
  settle "$state" confirmed || refuse 26 "job $HB_JOB is $(guard_state), expected armed: this comes too late"
  say "confirmed, job $HB_JOB stays"
}

# Exit code 10 while it is armed, 32 when a person has to look.
say_status() {
  case $(guard_state) in
    '') refuse 26 "job $HB_JOB has no guard on this machine, expected one in $HB_GUARD" ;;
    armed) say "job $HB_JOB is armed, it is taken back at $(since armed) unless it is confirmed" && return 10 ;;
  esac
  look cat -- "$HB_GUARD/log" 2>/dev/null
  say "job $HB_JOB is $(guard_state) since $(since "$(guard_state)")"
  case $(guard_state) in
    rolling_back) return 10 ;;
    rollback-FAILED) say "a person has to look at this machine" && return 32 ;;
  esac
}

# What the guard's script does when its time has come, or the machine has been started again.
roll_back() {
  local try
  if ! is_open; then exit 0; fi
  claim_guard
  for try in 1 2 3; do
    if (revert) && forget && settle rolling_back rolled_back; then
      say "job $HB_JOB is rolled back, nobody confirmed it"
      exit 0
    fi
    say "try $try of 3 failed"
    sleep 2
  done
  give_up
}

# One way back at a time: of this machine's present life, by who could make the folder.
claim_guard() {
  if ! is_open; then return 0; fi
  S mkdir -- "$HB_CLAIM" 2>/dev/null || refuse 26 "job $HB_JOB is being taken back by somebody else at this moment"
  case $(guard_state) in
    rolling_back) return 0 ;; # by a former life, which did not come to its end
    armed | rollback-FAILED) if becomes "$(guard_state)" rolling_back; then return 0; fi ;;
  esac
  S rmdir -- "$HB_CLAIM"
  refuse 26 "job $HB_JOB is $(guard_state), expected armed: this comes too late"
}

# What is still armed has another try before it.
give_up() {
  if becomes rolling_back rollback-FAILED; then S rmdir -- "$HB_CLAIM"; fi
  say "could not be taken back: a person has to look at this machine"
  exit 32
}

# settle FROM TO: the guard's work is over; false when it was not FROM any more.
settle() {
  if [ -z "$1" ]; then return 0; fi
  becomes "$1" "$2" || return
  stop_clock
  release_areas
  S rm -f -- "$HB_GUARD/rollback"
  if exists "$HB_CLAIM"; then S rmdir -- "$HB_CLAIM"; fi
}

# is_open [JOB]
is_open() {
  case $(guard_state "$@") in armed | rolling_back | rollback-FAILED) ;; *) false ;; esac
}

# guard_state [JOB]: nothing where there is no guard.
guard_state() {
  local name
  for name in $HB_STATES; do
    if exists "$HB_GUARDS/${1:-$HB_JOB}/$name"; then printf '%s' "$name" && return; fi
  done
}

since() { look cat -- "$HB_GUARD/$1"; }

# becomes FROM TO
becomes() {
  S mv -T -- "$HB_GUARD/$1" "$HB_GUARD/$2" 2>/dev/null || return
  write_state "$(utc now)" "$2" || true # on a full disk as well
}

write_state() { printf '%s\n' "$1" | S tee -- "$HB_GUARD/$2" >/dev/null; }

utc() { date -u -d "$1" '+%Y-%m-%d %H:%M:%S UTC'; }

# Everything this script knows by now, so that the way back needs neither the agent nor the control plane.
write_rollback() {
  local text
  text=$(rollback_script) && bash -n <<<"$text" || return
  S mkdir -p -m 0700 -- "${HB_GUARDS%/*}" "$HB_GUARDS" "$HB_GUARD" && put "$HB_GUARD/rollback" 0700 "$text"
}

rollback_script() {
  printf '#!/bin/bash\n# Takes job %s (%s) back, unless it is confirmed before.\n' "$HB_JOB" "$HB_PRESET"
  declare -p "${!HB_@}" "${!P_@}" "${!_@}"
  declare -f
  printf 'prelude\nHB_MODE=rollback\nmain </dev/null >>%q 2>&1\n' "$HB_GUARD/log"
}

hold_areas() {
  local area
  for area in $HB_LOCKOUT; do
    if ! S ln -sT -- "$HB_JOB" "$HB_GUARDS/.$area" 2>/dev/null; then
      refuse_while_held "$area" "$(look readlink -- "$HB_GUARDS/.$area")"
      S ln -sfT -- "$HB_JOB" "$HB_GUARDS/.$area" # jobs run one after another: only a crash leaves such a link
    fi
  done
}

# refuse_while_held AREA JOB
refuse_while_held() {
  is_open "$2" || return 0
  release_areas
  S rm -rf -- "$HB_GUARD"
  refuse 26 "$1 is guarded for job $2, expected that one confirmed or taken back before the next"
}

release_areas() {
  local area
  for area in $HB_LOCKOUT; do
    if [ "$(look readlink -- "$HB_GUARDS/.$area")" = "$HB_JOB" ]; then S rm -f -- "$HB_GUARDS/.$area"; fi
  done
}
