# shellcheck shell=bash
# A look from outside, as far as that goes from inside: a network namespace with a cable to this machine. What comes
# over the cable meets the firewall as a stranger's packets do; only rules for one interface or sender tell them apart.
HB_PROBE=hbprobe$$ # of the namespace, and of the cable's end on this side
HB_PROBE_HERE=192.0.2.1 # from a network that nobody has, it is for examples
HB_PROBE_THERE=192.0.2.2

# Says which of the ports that matter to the job can be reached; 31 when one cannot.
say_what_answers() {
  local ports port answers answer code=0
  mapfile -t ports < <(kept ports | grep . || ssh_ports)
  [ "${#ports[@]}" -gt 0 ] || refuse 21 "no sshd listens here, expected a port to look at"
  answers=$(knock_at "${ports[@]}") ||
    refuse 20 "no network namespace with a cable can be made here, expected one to look from"
  for port in "${ports[@]}"; do
    if answer=$(grep -m 1 "^$port " <<<"$answers"); then
      say "port $port can be reached ${answer#* }"
    else
      say "port $port cannot be reached" && code=31
    fi
  done
  return "$code"
}

# remember_what_answers <PORTS: which of them can be reached before anything changes.
remember_what_answers() {
  local ports answers
  mapfile -t ports
  if rehearsing; then return 0; fi
  answers=$(knock_at "${ports[@]}") || say "nobody can look from outside here, that is left to who confirms"
  cut -d ' ' -f 1 <<<"$answers" | keep ports
}

# What could be reached before can be reached still.
still_answers() {
  local ports answers port
  mapfile -t ports < <(kept ports | grep .)
  if [ "${#ports[@]}" = 0 ]; then return 0; fi
  answers=$(knock_at "${ports[@]}") || return
  for port in "${ports[@]}"; do
    grep -q "^$port " <<<"$answers" || { say "port $port could be reached before and cannot any more" && return 1; }
  done
}

# knock_at PORT...: a line of port and what it says first, for each that opens; false when it cannot be tried.
knock_at() (
  trap close_probe EXIT
  open_probe >/dev/null 2>&1 || exit
  for port; do
    knock "$(own_address)" "$port"
  done
  exit 0
)

open_probe() {
  as_root ip netns add "$HB_PROBE" &&
    as_root ip link add "$HB_PROBE" type veth peer name cable netns "$HB_PROBE" &&
    as_root ip address add "$HB_PROBE_HERE/30" dev "$HB_PROBE" &&
    as_root ip link set "$HB_PROBE" up &&
    as_root ip -n "$HB_PROBE" address add "$HB_PROBE_THERE/30" dev cable &&
    as_root ip -n "$HB_PROBE" link set cable up &&
    as_root ip -n "$HB_PROBE" route add default via "$HB_PROBE_HERE"
}

close_probe() { as_root ip netns delete "$HB_PROBE" 2>/dev/null; }

# knock ADDRESS PORT: its line, when somebody opens. sshd speaks first, others wait for us.
knock() {
  # shellcheck disable=SC2016 # the other bash expands it
  as_root ip netns exec "$HB_PROBE" timeout 2 bash -c '
    exec 3<>"/dev/tcp/$1/$2" || exit
    IFS= read -rt 1 said <&3
    printf "%s %s\n" "$2" "$(tr -cd "[:print:]" <<<"${said:0:80}")"' knock "$1" "$2" 2>/dev/null
}

# The address from which this machine speaks to the world, else another one, at last the end of the cable.
own_address() {
  local address
  address=$(ip -4 route get 198.51.100.1 2>/dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')
  if [ -z "$address" ]; then
    address=$(ip -4 -o address show scope global | awk -v probe="$HB_PROBE" '$2 != probe { print $4; exit }')
  fi
  printf '%s' "${address:-$HB_PROBE_HERE}" | cut -d / -f 1
}
