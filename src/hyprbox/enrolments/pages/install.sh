#!/bin/sh
# Makes this machine a node of the HyprBox below: fetches its agent, checks it, and has it install itself. Run as root:
#
#   { echo HYPRBOX_ENROLMENT_CODE=hbec_…; curl -fsSL …/install.sh; } | sudo sh
#
# The code (or HYPRBOX_NODE_TOKEN) comes on standard input or in the environment; as an argument, others could read it.
# HYPRBOX_NODE_ID names the node (else the host's name does), HYPRBOX_CA_FILE a private CA. A second run upgrades.
set -eu

url='@URL@'
version='@VERSION@'
sha256_x86_64='@SHA256_x86_64@'
sha256_aarch64='@SHA256_aarch64@'

main() {
  [ "$(uname -s)" = Linux ] || fail "this is $(uname -s), expected Linux"
  [ "$(id -u)" = 0 ] || fail "this runs as $(id -un), expected root: end the line with | sudo sh"
  case "$(uname -m)" in
    x86_64 | amd64) arch=x86_64 sha256=$sha256_x86_64 ;;
    aarch64 | arm64) arch=aarch64 sha256=$sha256_aarch64 ;;
    *) fail "this machine is $(uname -m), expected x86_64 or aarch64" ;;
  esac
  [ -n "$sha256" ] || fail "$url has no agent for $arch: run \`make agent\` there"
  mkdir -p /usr/local/bin
  folder=$(mktemp -d /usr/local/bin/.hyprnode.XXXXXX) # where it is to be; /tmp may allow no programs
  trap 'rm -rf "$folder"' EXIT
  echo "Fetching the agent, version $version for $arch"
  fetch "$url/agent/hyprnode-$version-linux-$arch" "$folder/hyprnode"
  [ "$(digest "$folder/hyprnode")" = "$sha256" ] || fail "the agent's sha256 is not $sha256, nothing was installed"
  chmod 755 "$folder/hyprnode"
  export HYPRBOX_ENROLMENT_CODE="${HYPRBOX_ENROLMENT_CODE:-}"
  "$folder/hyprnode" install --url "$url" "$@" </dev/null
}

fetch() { # fetch URL FILE
  if command -v curl >/dev/null; then
    curl -fsSL --retry 3 ${HYPRBOX_CA_FILE:+--cacert "$HYPRBOX_CA_FILE"} -o "$2" "$1" || fail "$1 cannot be fetched"
  elif command -v wget >/dev/null; then
    wget -q ${HYPRBOX_CA_FILE:+--ca-certificate="$HYPRBOX_CA_FILE"} -O "$2" "$1" || fail "$1 cannot be fetched"
  else
    fail "neither curl nor wget is installed, expected one of them"
  fi
}

digest() {
  sha256sum "$1" | cut -d ' ' -f 1
}

fail() {
  echo "$1" >&2
  exit 1
}

main "$@" # at the very end: of a script that was cut short, nothing runs
