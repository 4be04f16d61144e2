#!/bin/bash
# log-rotate, version 1: Rotate a log that grew large
export HB_PRESET=log-rotate
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_PATH=/var/log/app/debug.log
export P_MEGABYTES=500
export P_KEEP=4

# the library

# script.sh

main </dev/null
