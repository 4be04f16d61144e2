# shellcheck shell=bash
# Web servers: which are active, whether their configuration holds, a reload that loses no connection.
HB_WEB_SERVERS=(nginx apache2 httpd haproxy)

active_web_servers() {
  local server
  for server in "${HB_WEB_SERVERS[@]}"; do
    if is_active "$server"; then printf '%s\n' "$server"; fi
  done
}

# reload_web_server SERVER: a server with a broken configuration keeps what it has and is left alone.
reload_web_server() {
  config_holds "$1" || { say "the configuration of $1 is broken, it is not reloaded" && return 1; }
  if has_systemd; then
    S systemctl reload -- "$1.service"
  else
    S service "$1" reload
  fi || return
  rehearsing || say "reloaded $1"
}

# Silent when it holds; else the server says what is wrong.
config_holds() {
  local complaint
  if complaint=$(test_config "$1" 2>&1); then return 0; fi
  printf '%s\n' "$complaint"
  return 1
}

test_config() {
  case $1 in
    nginx) look nginx -t -q ;;
    apache2) look apache2ctl configtest ;;
    httpd) look httpd -t ;;
    haproxy) look haproxy -c -q -f /etc/haproxy/haproxy.cfg ;;
    *) false ;;
  esac
}
