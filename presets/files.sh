# shellcheck shell=bash
# Files: written whole or not at all, and only where root alone can put things.
HB_OTHER_TOOLS='ansible|puppet|chef|salt|saltstack|cfengine'
HB_OTHER_TOOLS="($HB_OTHER_TOOLS)[ _-]managed|(managed|generated|maintained|written) (by|with) (\w+ )?($HB_OTHER_TOOLS)"

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
  mark=$(look head -n 40 -- "$1" | grep -aiEom1 -- "$HB_OTHER_TOOLS")
  [ -z "$mark" ] || refuse 27 "$1 says '$mark': change it there, expected a file that no other tool writes"
}

exists() { look test -e "$1" || look test -L "$1"; }

is_plain() { look test -f "$1" && ! look test -L "$1"; }

has_mode() { [ -z "$2" ] || [ "$(look stat -c %a -- "$1" 2>/dev/null)" = "${2#0}" ]; }

has_content() { exists "$1" && printf '%s' "$2" | look cmp -s -- - "$1"; }

# Nothing to show when only the mode differs; 2 is diff's own trouble.
show_difference() {
  local old=/dev/null
  if exists "$1"; then
    old=$1
    has_mode "$1" "$2" || say "would set the mode of $1 to $2"
  fi
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
