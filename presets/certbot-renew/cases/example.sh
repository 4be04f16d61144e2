#!/bin/bash
# certbot-renew, version 1: Renew a certificate with certbot
export HB_PRESET=certbot-renew
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_LINEAGE=example.com-0001

# the library

# script.sh

main </dev/null
