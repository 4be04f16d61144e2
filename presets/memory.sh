# shellcheck shell=bash
# What was there before: remembered before it changes, put back as it was. It lies in HB_DIR: files/, kept/, and a
# manifest with a line for each thing, the oldest first:
#   F path                a file that was there         M mode:uid:gid path   what only changes its mode or owner
#   N path                a file that was not there     U state:start unit    see units.sh
#   D folder              nor was this folder           K name                a value, see keep
# and, when apply has ended well, `left`: what those files and modes were then.
HB_HOME=/var/lib/hyprbox-presets
HB_DIR=$HB_HOME/$HB_JOB
HB_REMEMBERED=nothing

# backup PATH...: remembers what is there, the first time; write_file does it by itself.
backup() {
  local path
  if rehearsing; then return 0; fi
  for path; do
    refuse_unless_ours "$path"
    if ! is_noted "[FN]" "$path"; then remember_file "$path" || return; fi
  done
}

# remember_mode PATH...: of files and folders that keep their content.
remember_mode() {
  local path is
  if rehearsing; then return 0; fi
  for path; do
    refuse_unless_safe "$path"
    is=$(look stat -c '0%a:%u:%g' -- "$path") || return
    if ! is_noted '[FM][0-9: ]*' "$path"; then open_memory && note "M $is $path" || return; fi
  done
}

# keep NAME <TEXT: for revert, which may run in another job, on another day; `kept NAME` prints it.
keep() {
  local text
  text=$(cat)
  if rehearsing; then return 0; fi
  open_memory && S mkdir -p -- "$HB_DIR/kept" && printf '%s\n' "$text" | S tee -- "$HB_DIR/kept/$1" >/dev/null &&
    note "K $1"
}

kept() { look cat -- "$HB_DIR/kept/$1" 2>/dev/null; }

# Is there anything to put back? A revert that is asked for ends here when there is not.
remembers() {
  if [ "$HB_MODE" = apply ] && [ "$HB_REMEMBERED" = nothing ]; then return 1; fi
  refuse_unless_safe "$HB_DIR/manifest" # a manifest where others can write is not ours
  if exists "$HB_DIR/manifest"; then return 0; fi
  nothing_to_take_back "job $HB_JOB has no backup on this machine, expected one in $HB_DIR"
  return 1
}

# Everything back as the manifest says, the newest change first; false when any of it failed.
restore() {
  local line failed=0
  if ! remembers; then return 0; fi
  while IFS= read -r line; do
    (put_back "${line%% *}" "${line#* }") || failed=1
  done < <(manifest | tac)
  [ "$failed" = 0 ]
}

# Once everything is back.
forget() { if exists "$HB_DIR"; then S rm -rf -- "$HB_DIR"; fi; }

# What apply has left behind, so that a revert can tell that somebody has changed it since.
seal() {
  local path
  if [ "$HB_REMEMBERED" = nothing ]; then return 0; fi
  noted_paths | while IFS= read -r path; do
    printf '%s %s\n' "$(fingerprint "$path")" "$path"
  done | S tee -- "$HB_DIR/left" >/dev/null
}

# Else a revert would throw away what somebody did after apply.
refuse_unless_as_left() {
  local line path
  refuse_unless_safe "$HB_DIR/left"
  while IFS= read -r line; do
    path=${line#* }
    [ "$(fingerprint "$path")" = "${line%% *}" ] ||
      refuse 27 "$path was changed after job $HB_JOB, expected it as that job left it: take it back by hand"
  done < <(look cat -- "$HB_DIR/left" 2>/dev/null)
}

# One word that is another one when content, mode or owner is.
fingerprint() {
  if ! exists "$1"; then printf nothing && return; fi
  look stat -c '%f,%u,%g' -- "$1" | tr '\n' ,
  if is_plain "$1"; then look sha256sum -- "$1" | cut -d ' ' -f 1; fi
}

noted_paths() { manifest | sed -n 's/^[FN] //p; s/^M [^ ]* //p'; }

# A full disk may have cut the last line; nothing was done on account of it.
manifest() {
  local text line
  text=$(look cat -- "$HB_DIR/manifest" && printf .) || return
  printf '%s' "${text%.}" | while IFS= read -r line; do printf '%s\n' "$line"; done
}

is_noted() { look grep -qsx -e "$1 $(literally "$2")" -- "$HB_DIR/manifest"; }

# literally TEXT: as a pattern that fits just that.
literally() { printf '%s' "$1" | sed 's/[][\.*^$]/\\&/g'; }

remember_file() {
  open_memory || return
  if exists "$1"; then
    S mkdir -p -- "$HB_DIR/files${1%/*}" && S cp -a -- "$1" "$HB_DIR/files$1" &&
      S sync -- "$HB_DIR/files$1" && note "F $1"
  else
    note_missing "${1%/*}" && note "N $1"
  fi
}

open_memory() {
  refuse_unless_safe "$HB_DIR/manifest"
  S mkdir -p -m 0700 -- "$HB_HOME" "$HB_DIR"
}

# Folders that are made for a file go with it, the innermost first; hence the outermost is noted first.
note_missing() {
  if exists "${1:-/}"; then return 0; fi
  note_missing "${1%/*}" && note "D $1"
}

note() {
  HB_REMEMBERED=some
  printf '%s\n' "$1" | S tee -a -- "$HB_DIR/manifest" >/dev/null && S sync -- "$HB_DIR/manifest"
}

put_back() {
  local about=${2%% *} name=${2#* }
  case $1 in
    F | N | D) refuse_unless_safe "$2" ;;
    M) refuse_unless_safe "$name" ;;
  esac
  case $1 in
    F) put_back_file "$HB_DIR/files$2" "$2" ;;
    N) S rm -f -- "$2" ;;
    D) if exists "$2"; then S rmdir --ignore-fail-on-non-empty -- "$2"; fi ;;
    M) put_back_mode "$about" "$name" ;;
    U) put_back_unit "$about" "$name" ;;
    K) ;;
    *) false ;;
  esac
}

put_back_file() {
  local draft
  draft=$(S mktemp -- "$2.XXXXXXXX") || return
  if S cp -a -- "$1" "$draft" && S mv -fT -- "$draft" "$2"; then return 0; fi
  S rm -f -- "$draft"
  return 1
}

# The owner first: a change of it takes some bits of the mode away.
put_back_mode() {
  if exists "$2"; then S chown -h "${1#*:}" -- "$2" && S chmod "${1%%:*}" -- "$2"; fi
}
