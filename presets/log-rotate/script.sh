# shellcheck shell=bash
# logrotate works as the folder's owner, so that who may write there cannot lead root elsewhere; it follows no link.
_FILE=/etc/logrotate.d/hyprbox${P_PATH//[!A-Za-z0-9]/-}
_LOG=$P_PATH

check() {
  command -v logrotate >/dev/null || refuse 21 "logrotate is not installed, expected it on PATH"
  if [ "$(look realpath -- "$_LOG" 2>/dev/null)" != "$_LOG" ] || ! is_plain "$_LOG"; then
    refuse 22 "$_LOG is not a plain file, expected a log and no link on the way to it"
  fi
  _OWNER=$(look stat -c '%U %G' -- "${_LOG%/*}") || refuse 22 "the folder of $_LOG cannot be looked at"
  case $_OWNER in *UNKNOWN*) refuse 22 "the folder of $_LOG is nobody's, expected an owner and a group" ;; esac
  if has_content "$_FILE" "$(_rule)"$'\n' && _is_small; then return 10; fi
  _refuse_if_ruled
  [ "$(_free)" -gt "$(_taken)" ] ||
    refuse 24 "$_LOG takes $(_human "$(_taken)") and $(_human "$(_free)") are free, expected room for a copy of it"
}

apply() {
  _rule | write_file "$_FILE" 0644 && S logrotate --force -- "$_FILE"
}

verify() {
  _is_small && look logrotate --debug -- "$_FILE" >/dev/null 2>&1
}

# What was rotated stays where it is: nothing of it is lost.
revert() {
  restore
}

_rule() {
  cat <<END
"$_LOG" {
    su $_OWNER
    size ${P_MEGABYTES}M
    rotate $P_KEEP
    compress
    copytruncate
    missingok
    notifempty
}
END
}

# Two rules for one file: logrotate would skip the second, and say so every day.
_refuse_if_ruled() {
  local rules
  rules=$(look logrotate --debug /etc/logrotate.conf 2>&1 | grep -cxF "considering log $_LOG")
  if exists "$_FILE"; then
    look grep -qxF "\"$_LOG\" {" -- "$_FILE" || refuse 25 "$_FILE is there for another log, expected it free"
    rules=$((rules - 1))
  fi
  [ "$rules" -le 0 ] || refuse 23 "another rule of logrotate rotates $_LOG already, expected none: change its size there"
}

_is_small() { [ "$(_taken)" -le $((P_MEGABYTES * 1048576)) ]; }

_taken() { echo $(($(look stat -c %b -- "$_LOG") * 512)); }

_free() { df --output=avail -B1 -- "${_LOG%/*}" | tail -n 1 | tr -d ' '; }

_human() { numfmt --to=iec --suffix=B -- "$1"; }
