# shellcheck shell=bash
# Only what this sshd offers already is ever written: a name that it does not know would keep it from starting.
_FILE=$HB_SSH_FOLDER/00-hyprbox-crypto.conf
_WEAK='.*-cbc(@.*)?|arcfour.*|hmac-md5.*|hmac-sha1.*|hmac-ripemd.*|umac-64.*|.*-sha1|ssh-dss.*|ssh-rsa|ssh-rsa-cert.*'
_STRONG_CIPHERS='chacha20-poly1305@openssh\.com|aes(128|256)-gcm@openssh\.com'
_STRONG_MACS='.*-etm@openssh\.com'
_STRONG_KEX='(sntrup|mlkem).*'

check() {
  refuse_unless_sshd_listens_to_us
  _LISTS=$(_wanted) || refuse 24 "nothing would be left of a list of sshd, expected a newer OpenSSH for $P_LEVEL"
  if _is_in_effect "$(ssh_settings)"; then return 10; fi
}

apply() {
  ssh_ports | remember_what_answers && write_file "$_FILE" 0600 <<<"$_LISTS" || return
  take_up_ssh_settings
}

verify() {
  _is_in_effect "$(ssh_settings)" || { say "the lists are not in effect, sshd reads others before them" && return 1; }
  sshd_answers && still_answers && ssh_handshakes
}

revert() {
  restore && take_up_ssh_settings
}

# The lists as lines of sshd_config; false when one would be empty.
_wanted() {
  local settings
  settings=$(ssh_settings)
  _list Ciphers "$_STRONG_CIPHERS" "$settings" && _list MACs "$_STRONG_MACS" "$settings" &&
    _list KexAlgorithms "$_STRONG_KEX" "$settings" && _list HostKeyAlgorithms '.*' "$settings" || return
  if grep -q '^pubkeyacceptedalgorithms ' <<<"$settings"; then _list PubkeyAcceptedAlgorithms '.*' "$settings"; fi
}

# _list NAME STRONG SETTINGS
_list() {
  local left
  left=$(sed -n "s/^${1,,} //p" <<<"$3" | tr , '\n' | grep -vxE "$_WEAK")
  if [ "$P_LEVEL" = strict ]; then left=$(grep -xE "$2" <<<"$left"); fi
  [ -n "$left" ] && printf '%s %s\n' "$1" "$(paste -sd , <<<"$left")"
}

# _is_in_effect SETTINGS
_is_in_effect() {
  local name list
  while read -r name list; do
    grep -qxF "${name,,} $list" <<<"$1" || return
  done <<<"$_LISTS"
}
