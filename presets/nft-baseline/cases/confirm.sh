#!/bin/bash
# nft-baseline, version 1: Turn away what nobody allowed, with nftables alone
export HB_PRESET=nft-baseline
export HB_MODE=confirm
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=true
export HB_LOCKOUT=firewall
export HB_GUARD_SECONDS=300
export P_ALLOW=tcp/443

# the library

# script.sh

main </dev/null
