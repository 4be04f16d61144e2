#!/bin/bash
# ssh-harden, version 1: Let nobody in by password over SSH
export HB_PRESET=ssh-harden
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=ssh
export HB_GUARD_SECONDS=300
export P_USERS=''
export P_ROOT=prohibit-password

# the library

# script.sh

main </dev/null
