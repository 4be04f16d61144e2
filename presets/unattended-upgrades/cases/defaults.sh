#!/bin/bash
# unattended-upgrades, version 1: Install security updates by themselves
export HB_PRESET=unattended-upgrades
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS='debian ubuntu'
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_REBOOT=false
export P_PATIENCE=120

# the library

# script.sh

main </dev/null
