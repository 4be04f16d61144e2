#!/bin/bash
# service-recover, version 1: Start a failed unit again
export HB_PRESET=service-recover
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=true
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_UNIT=nginx.service
export P_SECONDS=10

# the library

# script.sh

main </dev/null
