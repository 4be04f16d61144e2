#!/bin/bash
# reboot-scheduled, version 1: Restart the machine at a time
export HB_PRESET=reboot-scheduled
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=true
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_AT=2026-11-22T03:00+01:00

# the library

# script.sh

main </dev/null
