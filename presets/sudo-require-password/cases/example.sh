#!/bin/bash
# sudo-require-password, version 1: Ask for a password before sudo
export HB_PRESET=sudo-require-password
export HB_MODE=confirm
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=sudo
export HB_GUARD_SECONDS=600
export P_WHO=%wheel
export P_FILE=/etc/sudoers

# the library

# script.sh

main </dev/null
