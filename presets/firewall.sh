# shellcheck shell=bash
# What comes in from outside: who listens for it, what of it is wanted, whether the kernel turns the rest away.
# A socket is written as tcp/22.

# Lines of socket and program, of those that others than this machine itself can reach.
open_sockets() {
  look ss -Hltunp | awk '$5 !~ /^(127\.|\[::1\]|\[::ffff:127\.)|%lo:/ {
    port = $5; sub(/.*:/, "", port)
    program = $7; gsub(/^users:\(\("|".*/, "", program)
    print $1 "/" port, program }' | sort -u
}

# wanted_sockets LIST: these, and wherever sshd listens, whatever was given. One a line.
wanted_sockets() {
  {
    ssh_ports | sed 's|^|tcp/|'
    tr ' ' '\n' <<<"$1"
  } | grep . | sort -u
}

# ports_of PROTOCOL SOCKET...: one a line.
ports_of() {
  local protocol=$1 socket
  shift
  for socket; do
    if [ "${socket%/*}" = "$protocol" ]; then printf '%s\n' "${socket#*/}"; fi
  done
}

# say_what_closes SOCKET...: of what listens, all but these.
say_what_closes() {
  local socket program
  open_sockets | while read -r socket program; do
    case " $* " in
      *" $socket "*) ;;
      *) say "$socket, where ${program:-the kernel} listens, will be closed to others" ;;
    esac
  done
}

# By a policy, or by a last rule that takes all that is left. No grep -q behind a pipe: it stops reading at the first
# hit, and who still writes dies of that, which pipefail takes for "nothing found".
input_is_filtered() {
  look nft list ruleset 2>/dev/null | grep 'hook input .*policy drop' >/dev/null ||
    look iptables -S INPUT 2>/dev/null | grep -e '^-P INPUT DROP$' >/dev/null ||
    look iptables -S INPUT 2>/dev/null | tail -n 1 | grep -E -e '^-A INPUT -j (DROP|REJECT)' >/dev/null
}

# Its service is active in any case.
ufw_is_on() { command -v ufw >/dev/null && look ufw status | grep -x 'Status: active' >/dev/null; }

# A router, or a machine with containers.
forwards_packets() { look grep -qs 1 /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding; }
