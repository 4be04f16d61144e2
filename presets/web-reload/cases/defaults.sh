#!/bin/bash
# web-reload, version 1: Reload the web server
export HB_PRESET=web-reload
export HB_MODE=check
export HB_JOB=8f7e2c1a-5f6b-4a54-9d1e-0b8f7a6c5d4e
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_SERVICE=auto

# the library

# script.sh

main </dev/null
