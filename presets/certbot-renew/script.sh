# shellcheck shell=bash
# certbot itself knows how: this only decides when to ask, proves the outcome and lets the web servers know.
_HOME=/etc/letsencrypt
_LIVE=$_HOME/live/$P_LINEAGE/fullchain.pem
_DAY=86400

check() {
  command -v certbot >/dev/null || refuse 21 "certbot is not installed, expected it on PATH"
  look test -f "$_HOME/renewal/$P_LINEAGE.conf" ||
    refuse 22 "certbot has no lineage $P_LINEAGE, expected one of: $(_lineages)"
  _END=$(_date end "$_LIVE") || refuse 23 "$_LIVE cannot be read, expected a certificate and openssl to read it"
  _NEWEST=$(_newest)
  if [ "$(_days_left)" -ge 30 ]; then
    say "$P_LINEAGE $(_validity), certbot renews it when 30 are left"
    return 10
  fi
  _refuse_if_just_issued
}

apply() {
  say "renewing $P_LINEAGE, which $(_validity)"
  S certbot renew --cert-name "$P_LINEAGE" --non-interactive --no-random-sleep-on-renew || return
  rehearsing || _say_what_became_of_it || return
  _reload_servers
}

verify() {
  local server
  for server in "${_SERVERS[@]}"; do
    is_active "$server" || return
  done
  _lasts_longer
}

# certbot moves its links only to a certificate that it has got, so what is there is the old one or a better one.
revert() {
  nothing_to_take_back "a renewal is not taken back, the older certificates are in $_HOME/archive/$P_LINEAGE"
  if _lasts_longer; then say "the new certificate stays, although a web server may not show it yet"; fi
}

# A second renewal on the same day does not help, and the certificate authority counts them.
_refuse_if_just_issued() {
  local issued age life
  issued=$(_date start "$_NEWEST") || refuse 23 "$_NEWEST cannot be read, expected a certificate"
  age=$(($(date +%s) - issued))
  life=$((_END - issued))
  if [ "$age" -lt "$_DAY" ] && [ "$age" -lt $((life / 3)) ]; then
    refuse 24 "$_NEWEST was issued $((age / 3600)) hours ago, expected a day between two renewals"
  fi
}

_lasts_longer() {
  local end
  end=$(_date end "$_LIVE") && [ "$end" -gt "$_END" ]
}

_say_what_became_of_it() {
  if _lasts_longer; then
    say "$P_LINEAGE lasts until $(_utc "$(_date end "$_LIVE")"), before it was $(_utc "$_END")"
  elif [ "$(_newest)" = "$_NEWEST" ]; then
    refuse 25 "certbot holds that $P_LINEAGE, which $(_validity), is not due yet"
  else
    say "certbot has got $(_newest), but $_LIVE is still the old one"
    return 1
  fi
}

_reload_servers() {
  local server failed=0
  mapfile -t _SERVERS < <(active_web_servers)
  if [ "${#_SERVERS[@]}" = 0 ]; then say "no web server is active here, there is nothing to reload"; fi
  for server in "${_SERVERS[@]}"; do
    reload_web_server "$server" || failed=1
  done
  return "$failed"
}

_validity() {
  local days
  days=$(_days_left)
  if [ "$days" -ge 0 ]; then printf 'lasts %s more days' "$days"; else printf 'ended on %s' "$(_utc "$_END")"; fi
}

# Whole days; -1 and less when it has ended.
_days_left() { printf '%s' $(((_END - $(date +%s) + 1000 * _DAY) / _DAY - 1000)); }

# _date start|end FILE: seconds since 1970.
_date() {
  local line
  line=$(look openssl x509 -noout "-${1}date" -in "$2") && date -d "${line#*=}" +%s
}

_utc() { date -u -d "@$1" '+%Y-%m-%d %H:%M UTC'; }

# What certbot got last, which is what is live, unless somebody meddled with the links.
_newest() {
  local path
  path=$(look find "$_HOME/archive/$P_LINEAGE" -name 'fullchain*.pem' | sort -V | tail -n 1)
  printf '%s' "${path:-$_LIVE}"
}

_lineages() {
  look find "$_HOME/renewal" -name '*.conf' -printf '%f\n' | sed 's/\.conf$//' | sort | head -n 20 | paste -sd ' '
}
