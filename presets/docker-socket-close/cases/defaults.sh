#!/bin/bash
# docker-socket-close, version 2: Keep others from Docker's socket
export HB_PRESET=docker-socket-close
export HB_MODE=plan
export HB_JOB=4711
export HB_DISTROS=''
export HB_NEEDS_SYSTEMD=false
export HB_LOCKOUT=''
export HB_GUARD_SECONDS=0
export P_SOCKET=/run/docker.sock

# the library

# script.sh

main </dev/null
