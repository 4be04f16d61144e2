#!/bin/bash
# apt-refresh, version 1: Fetch the package lists
export HB_PRESET=apt-refresh
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS='debian ubuntu'
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_HOURS=24
export P_PATIENCE=120

# the library

# script.sh

main </dev/null
