#!/bin/bash
# time-sync, version 1: Keep the clock right
export HB_PRESET=time-sync
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=true
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_SERVERS='0.debian.pool.ntp.org time.example.com'
export P_PATIENCE=60

# the library

# script.sh

main </dev/null
