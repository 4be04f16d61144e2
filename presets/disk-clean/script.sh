# shellcheck shell=bash
# Only what lies on the file system that is full is touched: elsewhere it would be lost for nothing.
_LEAST=1048576
_OLD=(-mtime "+$P_VAR_TMP_DAYS" -atime "+$P_VAR_TMP_DAYS")

check() {
  look test -d "$P_MOUNT" || refuse 21 "$P_MOUNT is no folder here, expected one on the file system that is full"
  _FREE=$(_free)
  _CHORES=() _GAIN=0
  if _is_there /var/cache/apt/archives; then _offer apt "$(_size /var/cache/apt/archives '*.deb')"; fi
  if _is_there /var/log/journal; then
    _offer journal $(($(_size /var/log/journal '*.journal') - P_JOURNAL_MEGABYTES * _LEAST))
  fi
  if _is_there /var/tmp; then _offer var_tmp "$(_size /var/tmp '*' "${_OLD[@]}")"; fi
  if [ "$P_AUTOREMOVE" = true ] && _is_there /usr; then _offer autoremove "$(_unneeded)"; fi
  [ "${#_CHORES[@]}" -gt 0 ] || return 10
}

apply() {
  local chore failed=0
  for chore in "${_CHORES[@]}"; do
    "_clean_$chore" || failed=1
  done
  return "$failed"
}

verify() {
  local free
  free=$(_free)
  say "$(_human $((free - _FREE))) are free now that were not before"
  [ "$free" -gt "$_FREE" ]
}

revert() {
  nothing_to_take_back "what was deleted does not come back, expected nothing else of $HB_PRESET"
  say "what was deleted does not come back"
}

# _offer CHORE BYTES: less than a megabyte is not worth it.
_offer() {
  if [ "$2" -lt "$_LEAST" ]; then return 0; fi
  _CHORES+=("$1")
  say "$1 has $(_human "$2") to spare"
}

_clean_apt() { S apt-get clean; }

_clean_journal() { S journalctl --rotate && S journalctl --quiet --vacuum-size="${P_JOURNAL_MEGABYTES}M"; }

# find does not follow links, and deletes by the folder that it has open.
_clean_var_tmp() {
  S find /var/tmp -xdev -type f "${_OLD[@]}" -delete
}

_clean_autoremove() {
  wait_for_apt 120
  S "${HB_APT[@]}" autoremove
}

# On the file system that is full.
_is_there() { [ -d "$1" ] && [ "$(stat -c %d -- "$1")" = "$(stat -c %d -- "$P_MOUNT")" ]; }

# _size FOLDER NAMES [CONDITION...]: bytes on the disk.
_size() {
  local folder=$1 pattern=$2
  shift 2
  look find "$folder" -xdev -type f -name "$pattern" "$@" -printf '%b\n' | awk '{ sum += $1 } END { print sum * 512 }'
}

_unneeded() {
  look apt-get -s autoremove | sed -n 's/^Remv \([^ ]*\).*/\1/p' |
    xargs -r dpkg-query -W -f "\${Installed-Size}\n" | awk '{ sum += $1 } END { print sum * 1024 }'
}

_free() { df --output=avail -B1 -- "$P_MOUNT" | tail -n 1 | tr -d ' '; }

_human() { numfmt --to=iec --suffix=B -- "$1"; }
