# shellcheck shell=bash
# Files: written whole or not at all, remembered before they change, put back as they were.
# What is remembered lies in HB_DIR: files/ and a manifest whose lines are "F path" (it was there), "N path" (it was
# not) and "D folder" (it was not there either).
REMEMBERED=nothing
HB_DIR=/var/lib/hyprbox-presets/$HB_JOB
OTHER_TOOLS='ansible|puppet|chef|salt|saltstack|cfengine'
OTHER_TOOLS="($OTHER_TOOLS)[ _-]managed|(managed|generated|maintained|written) (by|with) ([a-z]+ )?($OTHER_TOOLS)"

# write_file PATH [MODE] <CONTENT: silent and untouched when PATH is that already. A plan shows the difference.
write_file() {
  local path=$1 mode=${2:-} content
  content=$(cat && printf .) || return # the dot keeps the line breaks at the end
  content=${content%.}
  refuse_unless_ours "$path"
  if has_mode "$path" "$mode" && has_content "$path" "$content"; then return 0; fi
  if rehearsing; then
    show_difference "$path" "$mode" "$content"
  else
    backup "$path" && put "$path" "$mode" "$content" && say "wrote $path"
  fi
}

# backup PATH...: remembers what is there, the first time; write_file does it by itself.
backup() {
  local path
  if rehearsing; then return 0; fi
  for path; do
    refuse_unless_ours "$path"
    is_remembered "$path" || remember "$path" || return
    REMEMBERED=some
  done
}

# Everything back as the manifest says, the newest change first; false when any of it failed.
restore() {
  local manifest line failed=0
  if [ "$HB_MODE" = apply ] && [ "$REMEMBERED" = nothing ]; then return 0; fi
  refuse_unless_safe "$HB_DIR/manifest" # a manifest where others can write is not ours
  if ! exists "$HB_DIR/manifest"; then
    nothing_to_take_back "job $HB_JOB has no backup on this machine, expected one in $HB_DIR"
    return 0
  fi
  manifest=$(look cat -- "$HB_DIR/manifest" && printf .) || return
  while IFS= read -r line; do
    (put_back "${line%% *}" "${line#* }") || failed=1
  done < <(printf '%s' "${manifest%.}" | whole_lines | tac)
  [ "$failed" = 0 ] && S rm -rf -- "$HB_DIR"
}

# A full disk may have cut the last line; nothing was done on account of it.
whole_lines() {
  local line
  while IFS= read -r line; do printf '%s\n' "$line"; done
}

# Nobody but root may be able to move things on the way to PATH: a link put there between look and write would lead
# root to any file. So there is no link on the way, and every folder is root's alone.
refuse_unless_safe() {
  local folder=${1%/*} open chain=(/)
  [ "$(look realpath -m -- "${folder:-/}")" = "${folder:-/}" ] ||
    refuse 27 "the way to $1 leads through a link, expected its real path"
  while [ -n "$folder" ]; do
    if exists "$folder"; then chain+=("$folder"); fi
    folder=${folder%/*}
  done
  open=$(look find "${chain[@]}" -maxdepth 0 \( ! -uid 0 -o -perm -0002 -o -perm -0020 ! -gid 0 \) -print -quit) ||
    refuse 27 "the folders of $1 cannot be looked at"
  [ -z "$open" ] || refuse 27 "$open is open to others than root, expected that only root can put things there"
}

refuse_unless_ours() {
  local mark
  refuse_unless_safe "$1"
  if ! exists "$1"; then return 0; fi
  is_plain "$1" || refuse 27 "$1 is not a plain file, expected a file and no link"
  mark=$(look head -n 40 -- "$1" | grep -aiEom1 -- "$OTHER_TOOLS")
  [ -z "$mark" ] || refuse 27 "$1 says '$mark': change it there, expected a file that no other tool writes"
}

exists() { look test -e "$1" || look test -L "$1"; }

is_plain() { look test -f "$1" && ! look test -L "$1"; }

has_mode() { [ -z "$2" ] || [ "$(look stat -c %a -- "$1" 2>/dev/null)" = "${2#0}" ]; }

has_content() { exists "$1" && printf '%s' "$2" | look cmp -s -- - "$1"; }

# Nothing to show when only the mode differs; 2 is diff's own trouble.
show_difference() {
  local old=/dev/null
  if exists "$1"; then old=$1; fi
  if ! has_mode "$1" "$2"; then say "would set the mode of $1 to $2"; fi
  printf '%s' "$3" | look diff -u --label "$1" --label "$1 as planned" -- "$old" -
  [ $? -lt 2 ]
}

# put PATH MODE CONTENT: by a draft beside it, so that a reader finds the old file or the new one and no third thing.
put() {
  local draft
  S mkdir -p -- "${1%/*}" || return
  draft=$(S mktemp -- "$1.XXXXXXXX") || return
  if dress "$draft" "$1" "$2" && printf '%s' "$3" | S tee -- "$draft" >/dev/null &&
    S sync -- "$draft" && S mv -fT -- "$draft" "$1"; then
    return 0
  fi
  S rm -f -- "$draft"
  return 1
}

# dress DRAFT PATH MODE: owner, mode and labels of what is there, then the mode that is wanted.
dress() {
  if exists "$2"; then
    S cp --attributes-only --preserve=all -- "$2" "$1" || return
  else
    S chmod 0644 -- "$1" || return
  fi
  if [ -n "$3" ]; then S chmod "$3" -- "$1"; fi
}

is_remembered() { look grep -qxF -e "F $1" -e "N $1" -- "$HB_DIR/manifest" 2>/dev/null; }

remember() {
  open_memory || return
  if exists "$1"; then
    S mkdir -p -- "$HB_DIR/files${1%/*}" && S cp -a -- "$1" "$HB_DIR/files$1" && note "F $1"
  else
    note_missing "${1%/*}" && note "N $1"
  fi
}

open_memory() {
  refuse_unless_safe "$HB_DIR/manifest"
  S mkdir -p -m 0700 -- "${HB_DIR%/*}" "$HB_DIR"
}

# Folders that are made for a file go with it, the innermost first; hence the outermost is noted first.
note_missing() {
  if exists "${1:-/}"; then return 0; fi
  note_missing "${1%/*}" && note "D $1"
}

note() { printf '%s\n' "$1" | S tee -a -- "$HB_DIR/manifest" >/dev/null; }

put_back() {
  refuse_unless_safe "$2"
  case $1 in
    F) put_back_file "$HB_DIR/files$2" "$2" ;;
    N) S rm -f -- "$2" ;;
    D) S rmdir --ignore-fail-on-non-empty -- "$2" ;;
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
