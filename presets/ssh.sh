# shellcheck shell=bash
# sshd: what it does in effect, where it listens, who gets in by key, how it takes up new settings.
HB_SSH_FOLDER=/etc/ssh/sshd_config.d

# What a preset needs before it may write into HB_SSH_FOLDER.
refuse_unless_sshd_listens_to_us() {
  local complaint
  command -v sshd >/dev/null || refuse 21 "sshd is not installed, expected it on PATH"
  complaint=$(look_at_sshd -t 2>&1) ||
    refuse 22 "sshd does not take its own settings: ${complaint##*$'\n'}; mend them first"
  look grep -qiE "^[[:space:]]*Include[[:space:]]+\"?$HB_SSH_FOLDER/\*\.conf" /etc/ssh/sshd_config ||
    refuse 23 "/etc/ssh/sshd_config does not include $HB_SSH_FOLDER/*.conf, expected that it does"
}

# Lines of name and value, all that is in effect; for root from far away, where a Match may say otherwise.
ssh_settings() { look_at_sshd -T 2>/dev/null | ssh_in_new_words; }

ssh_settings_of_root() {
  look_at_sshd -T -C user=root,host=far.example,addr=203.0.113.1 2>/dev/null | ssh_in_new_words
}

ssh_in_new_words() { sed 's/without-password/prohibit-password/'; }

# Without its folder sshd says nothing, and where a socket starts it the folder comes with the first who calls.
look_at_sshd() {
  look test -d /run/sshd || look mkdir -m 0755 /run/sshd || return
  look sshd "$@"
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

# A running sshd keeps its connections. One that could not start with what was there before starts now.
take_up_ssh_settings() {
  local unit
  rehearsing || look_at_sshd -t || return
  unit=$(ssh_unit)
  if ! has_systemd; then
    S service "$unit" reload
  elif is_active "$unit"; then
    S systemctl reload -- "$unit"
  elif systemctl is-failed --quiet -- "$unit"; then
    S systemctl reset-failed -- "$unit" && S systemctl start -- "$unit"
  fi
}

ssh_unit() { if look test -e /etc/init.d/ssh || unit_exists ssh.service; then printf ssh; else printf sshd; fi; }

# Every port has an sshd that speaks. It is deaf for a moment after a reload.
sshd_answers() {
  local port _
  for port in $(ssh_ports); do
    for _ in 1 2 3 4 5 6; do
      if [[ $(ssh_banner "$port") == SSH-2.0-* ]]; then continue 2; fi
      sleep 0.5
    done
    say "no sshd answers on port $port" && return 1
  done
}

# Where the control plane may knock, and which keys prove that it is this machine that opens.
say_doors() {
  local port key
  command -v sshd >/dev/null || return 0
  for port in $(ssh_ports); do
    # shellcheck disable=SC2016 # awk expands it
    for key in $(ssh_settings | sed -n 's/^hostkey //p'); do
      look awk -v port="$port" '{ print "hb: sshd on port " port " has the key " $1 " " $2 }' "$key.pub" 2>/dev/null
    done
  done
}

ssh_banner() {
  local address
  for address in $(ssh_addresses "$1"); do
    # shellcheck disable=SC2016 # the other bash expands it
    timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2" && IFS= read -r line <&3 && echo "$line"' banner "$address" "$1" \
      2>/dev/null && return
  done
}

# ssh_addresses PORT: where somebody listens there, as this machine can call it.
ssh_addresses() {
  look ss -Hltn "sport = :$1" | awk '{ print $4 }' | sed 's/:[0-9]*$//; s/[][]//g; s/^\*$/0.0.0.0/' |
    sed 's/^0\.0\.0\.0\(%.*\)*$/127.0.0.1/; s/^::\(%.*\)*$/::1/'
}

# A client on this machine agrees with it on algorithms; that it is not let in is as it should be. Once for each port:
# a newer sshd shuts out for a while who fails to log in again and again.
ssh_handshakes() {
  local port address said
  command -v ssh >/dev/null || { say "there is no ssh here to try a handshake with" && return; }
  for port in $(ssh_ports); do
    address=$(ssh_addresses "$port" | head -n 1)
    said=$(ssh -F /dev/null -o BatchMode=yes -o PreferredAuthentications=none -o ConnectTimeout=5 \
      -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -p "$port" -- "$address" true 2>&1)
    [[ $said == *"Permission denied"* ]] || { say "no handshake on port $port: ${said##*$'\n'}" && return 1; }
  done
}

# Users who may log in and have a key that sshd would take, one a line.
users_with_keys() {
  local name _ uid home shell files
  files=$(ssh_settings | sed -n 's/^authorizedkeysfile //p')
  while IFS=: read -r name _ uid _ _ home shell; do
    case $shell in */nologin | */false | */sync | '') continue ;; esac
    if has_ssh_key "$name" "$uid" "$home" "$files"; then printf '%s\n' "$name"; fi
  done < <(getent passwd)
}

# has_ssh_key NAME UID HOME FILES. The file is its user's: a pipe in its place must not keep root waiting.
has_ssh_key() {
  local file
  for file in $4; do
    file=${file//%h/$3} file=${file//%u/$1} file=${file//%U/$2} file=${file//%%/%}
    case $file in none) continue ;; /*) ;; *) file=$3/$file ;; esac
    if look timeout 5 ssh-keygen -l -f "$file" >/dev/null 2>&1; then return 0; fi
  done
  return 1
}

# Whether sshd asks a command, or believes an authority, instead of reading files: then keys cannot be seen here.
ssh_keys_are_elsewhere() {
  ssh_settings | grep -E '^(authorizedkeyscommand|trustedusercakeys) /' >/dev/null
}
