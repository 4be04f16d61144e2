#!/bin/bash
# fail2ban-sshd, version 2: Shut out who guesses passwords over SSH
export HB_PRESET=fail2ban-sshd
export HB_MODE=apply
export HB_JOB=4711
export HB_DISTROS='debian ubuntu rhel fedora centos'
export HB_NEEDS_SYSTEMD=true
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_NEVER='203.0.113.0/24 2001:db8::1'
export P_TRIES=5
export P_MINUTES=60
export P_PATIENCE=120

# the library

# script.sh

main </dev/null
