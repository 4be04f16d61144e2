#!/bin/bash
# apt-security-upgrade, version 1: Install security updates
export HB_PRESET=apt-security-upgrade
export HB_MODE=plan
export HB_JOB=4712
export HB_DISTROS='debian ubuntu'
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_EXCLUDE='linux-image-amd64 g++'
export P_REFRESH=false
export P_PATIENCE=120

# the library

# script.sh

main </dev/null
