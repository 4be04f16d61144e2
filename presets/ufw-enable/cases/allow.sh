#!/bin/bash
# ufw-enable, version 1: Turn ufw on
export HB_PRESET=ufw-enable
export HB_MODE=plan
export HB_JOB=4711
export HB_DISTROS='debian ubuntu'
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=firewall
export HB_GUARD_SECONDS=300
export P_ALLOW='tcp/443 udp/53'

# the library

# script.sh

main </dev/null
