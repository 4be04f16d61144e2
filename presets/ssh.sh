# shellcheck shell=bash
# sshd: what it does in effect, where it listens, who gets in by key, how it takes up new settings.

# Lines of name and value, all that is in effect.
ssh_settings() {
  look test -d /run/sshd || look mkdir -m 0755 /run/sshd # without it sshd -T says nothing, and a socket makes it late
  look sshd -T 2>/dev/null
}

# Of the settings, of what listens at this moment, and of a socket that systemd holds for it.
ssh_ports() {
  {
    ssh_settings | sed -n 's/^port //p'
    look ss -Hltnp | awk '/"sshd"/ { sub(/.*:/, "", $4); print $4 }'
    if has_systemd; then ssh_socket_ports; fi
  } | sort -un
}

ssh_socket_ports() {
  systemctl show --property=Listen ssh.socket sshd.socket | sed -n 's/.*[:=]\([0-9]*\) (Stream)$/\1/p'
}
