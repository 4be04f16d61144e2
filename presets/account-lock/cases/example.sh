#!/bin/bash
# account-lock, version 1: Lock an account
export HB_PRESET=account-lock
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_USER=ada

# the library

# script.sh

main </dev/null
