# shellcheck shell=bash
# The address comes from the agent's own settings: it is whom this node obeys anyway.
_PROGRAM=/usr/local/bin/hyprnode
_SETTINGS=/etc/hyprbox/hyprnode.env

check() {
  [ -f "$_PROGRAM" ] && [ ! -L "$_PROGRAM" ] ||
    refuse 21 "$_PROGRAM is no file of its own, expected an agent installed by install.sh; a package is upgraded as such"
  _URL=$(_setting HYPRBOX_API_URL)
  [ -n "$_URL" ] || refuse 22 "$_SETTINGS names no HYPRBOX_API_URL, expected the control plane's address"
  _SCRIPT=$(_fetch) || refuse 23 "$_URL/install.sh cannot be fetched, expected the control plane to carry an agent"
  _WANTED=$(_said version)
  [ -n "$_WANTED" ] || refuse 23 "$_URL/install.sh names no version, expected the script of a control plane"
  if _is_there; then return 10; fi
}

apply() {
  backup "$_PROGRAM" || return
  S sh <<<"$_SCRIPT" || return
}

verify() {
  _is_there && is_active hyprnode
}

revert() {
  restore && S systemctl restart hyprnode.service
}

# The same file: a version may be built twice.
_is_there() {
  local digest
  digest=$(_said "sha256_$(uname -m)")
  [ -n "$digest" ] && [ "$(look sha256sum "$_PROGRAM" | cut -d ' ' -f 1)" = "$digest" ]
}

_said() { sed -n "s/^$1='\{0,1\}\([0-9A-Za-z.]*\)'\{0,1\}\$/\1/p" <<<"$_SCRIPT"; }

_setting() { look cat "$_SETTINGS" | sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p"; }

_fetch() {
  local ca
  ca=$(_setting HYPRBOX_CA_FILE)
  if command -v curl >/dev/null; then
    curl -fsSL --max-time 60 ${ca:+--cacert "$ca"} "$_URL/install.sh"
  else
    wget -q -T 60 ${ca:+--ca-certificate="$ca"} -O - "$_URL/install.sh"
  fi
}
