# shellcheck shell=bash
# A table of our own instead of a line in /etc/nftables.conf: that one begins by flushing everybody's rules.
_RULES=/etc/hyprbox-firewall.nft
_UNIT=hyprbox-firewall.service
_UNIT_FILE=/etc/systemd/system/$_UNIT

check() {
  command -v nft >/dev/null || refuse 21 "nft is not installed, expected it on PATH"
  mapfile -t _WANTED < <(wanted_sockets "$P_ALLOW")
  if _is_loaded && has_content "$_RULES" "$(_rules)"$'\n'; then return 10; fi
  _refuse_if_others_filter
  [ -n "$(ssh_ports)" ] || refuse 24 "no sshd listens here, expected one: else nobody can tell whether the door is open"
  say_what_closes "${_WANTED[@]}"
}

apply() {
  remember_unit "$_UNIT" && ports_of tcp "${_WANTED[@]}" | remember_what_answers || return
  _rules | write_file "$_RULES" && _unit | write_file "$_UNIT_FILE" && S nft -c -f "$_RULES" || return
  S systemctl daemon-reload && S systemctl enable --quiet "$_UNIT" && S systemctl restart "$_UNIT"
}

verify() {
  is_active "$_UNIT" && _is_loaded && still_answers
}

# What is disabled here and was not before is enabled again by restore, last of all.
revert() {
  remembers || return 0
  S systemctl disable --quiet --now "$_UNIT"
  restore && S systemctl daemon-reload && { exists "$_UNIT_FILE" || ! _is_loaded; }
}

_is_loaded() { look nft list table inet hyprbox >/dev/null 2>&1; }

_refuse_if_others_filter() {
  local other
  if ufw_is_on; then refuse 22 "ufw is on, expected its own rules to be changed, or it to be off"; fi
  for other in firewalld nftables; do
    if is_active "$other"; then refuse 22 "$other is active, expected its own rules to be changed, or it to be off"; fi
  done
  if ! _is_loaded && input_is_filtered; then refuse 23 "something filters here already, expected nothing"; fi
}

# One transaction: it replaces the table whether there is one or not.
_rules() {
  cat <<END
# What comes in, by HyprBox. Written whole when the preset nft-baseline is applied.
table inet hyprbox
delete table inet hyprbox
table inet hyprbox {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iif lo accept
    meta l4proto { icmp, ipv6-icmp } accept
    udp sport 67 udp dport 68 accept
    ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept
$(_accept tcp)
$(_accept udp)
  }
}
END
}

# _accept PROTOCOL
_accept() {
  local ports
  ports=$(ports_of "$1" "${_WANTED[@]}" | paste -sd ,)
  if [ -n "$ports" ]; then printf '    %s dport { %s } accept' "$1" "$ports"; fi
}

_unit() {
  cat <<END
[Unit]
Description=What comes in, by HyprBox
DefaultDependencies=no
After=local-fs.target
Before=network-pre.target shutdown.target
Wants=network-pre.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v nft) -f $_RULES
ExecStop=$(command -v nft) delete table inet hyprbox

[Install]
WantedBy=sysinit.target
END
}
