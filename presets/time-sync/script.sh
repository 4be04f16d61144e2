# shellcheck shell=bash
# Two who set one clock pull it to and fro; so the one that is not used is switched off.
_OTHERS='ntp|ntpd|ntpsec|openntpd'

check() {
  local other
  ! systemd-detect-virt --container --quiet || refuse 21 "this is a container, expected the machine that has the clock"
  if _is_right && _is_served; then return 10; fi
  for other in ${_OTHERS//|/ }; do
    ! is_active "$other" || refuse 22 "$other keeps the clock here, expected it mended or taken away"
  done
  _choose
}

apply() {
  remember_unit "$_UNIT" systemd-timesyncd.service || return
  if [ "$_UNIT" != systemd-timesyncd.service ] && is_active systemd-timesyncd.service; then
    S systemctl disable --quiet --now systemd-timesyncd.service || return
  fi
  if [ -n "$P_SERVERS" ]; then _servers | write_file "$_FILE" || return; fi
  S systemctl enable --quiet "$_UNIT" && S systemctl restart "$_UNIT"
}

verify() {
  local end=$((SECONDS + P_PATIENCE))
  until _is_right; do
    [ "$SECONDS" -lt "$end" ] || { say "the clock is not right after $P_PATIENCE s" && return 1; }
    sleep 1
  done
  is_active "$_UNIT"
}

revert() {
  restore
}

_choose() {
  if unit_exists chrony.service; then
    _UNIT=chrony.service _FILE=/etc/chrony/sources.d/hyprbox.sources
  elif unit_exists chronyd.service; then
    _UNIT=chronyd.service _FILE=
    [ -z "$P_SERVERS" ] || refuse 24 "servers of chronyd are set in /etc/chrony.conf here, expected none to be given"
  elif unit_exists systemd-timesyncd.service; then
    _UNIT=systemd-timesyncd.service _FILE=/etc/systemd/timesyncd.conf.d/90-hyprbox.conf
  else
    refuse 23 "neither chrony nor systemd-timesyncd is installed, expected one of them"
  fi
}

_servers() {
  if [ "$_UNIT" = chrony.service ]; then
    tr ' ' '\n' <<<"$P_SERVERS" | sed 's/.*/pool & iburst/'
  else
    printf '[Time]\nNTP=%s\n' "$P_SERVERS"
  fi
}

# What the kernel says, whoever told it.
_is_right() { [ "$(timedatectl show --value --property=NTPSynchronized)" = yes ]; }

_is_served() { is_active chrony || is_active chronyd || is_active systemd-timesyncd; }
