# shellcheck shell=bash
# The configuration is tested first: a reload with a broken one may end the server.

check() {
  local server
  mapfile -t _SERVERS < <(_chosen)
  [ "${#_SERVERS[@]}" -gt 0 ] || refuse 21 "no web server is active, expected one of: ${HB_WEB_SERVERS[*]}"
  for server in "${_SERVERS[@]}"; do
    is_active "$server" || refuse 22 "$server is not active, expected a running server to reload"
    config_holds "$server" || refuse 23 "the configuration of $server is broken, expected one that passes its own test"
  done
}

apply() {
  local server
  for server in "${_SERVERS[@]}"; do
    reload_web_server "$server" || return
  done
}

verify() {
  local server
  for server in "${_SERVERS[@]}"; do
    is_active "$server" || return
  done
}

revert() {
  nothing_to_take_back "a reload is not taken back, expected nothing else of $HB_PRESET"
}

_chosen() {
  if [ "$P_SERVICE" = auto ]; then active_web_servers; else printf '%s\n' "$P_SERVICE"; fi
}
