# shellcheck shell=bash
# A file of sudo that sudo does not take ends sudo for everybody, so a copy of it is asked about first.
# With -f, visudo looks at what stands in files and not at their modes, which sudo itself is less strict about.

check() {
  local user
  command -v visudo >/dev/null || refuse 21 "visudo is not installed, expected it on PATH"
  look test -f "$P_FILE" || refuse 21 "$P_FILE does not exist, expected a file with rules of sudo"
  refuse_unless_ours "$P_FILE"
  look visudo -cqf "$P_FILE" >/dev/null || refuse 22 "sudo does not take $P_FILE as it is, expected it to be mended first"
  if ! _is_unasked; then return 10; fi
  [ -z "$(_lines shared)" ] || refuse 24 "$P_WHO shares a rule with others in $P_FILE, expected lines of its own"
  for user in $(_people); do
    ! is_agents_user "$user" || refuse 23 "the agent works as $user, expected somebody else"
    has_password "$user" || refuse 25 "$user has no password, expected one: else nobody could become root as $user"
  done
}

apply() {
  _lines asked | look visudo -cqf - >/dev/null || return
  _lines asked | write_file "$P_FILE"
}

verify() {
  look visudo -cqf /etc/sudoers >/dev/null && ! _is_unasked
}

revert() {
  restore && look visudo -cqf /etc/sudoers >/dev/null
}

_people() { if [[ $P_WHO == %* ]]; then members_of "${P_WHO#%}"; else printf '%s\n' "$P_WHO"; fi; }

_is_unasked() { ! _lines asked | look cmp -s -- - "$P_FILE"; }

# _lines asked: the file with NOPASSWD taken out of the rules of P_WHO, and everything else as it is.
# _lines shared: those of these rules that are somebody else's as well.
# A rule is "users host = commands" and may go on behind a backslash.
_lines() {
  # shellcheck disable=SC2016 # awk expands it
  look awk -v who="$P_WHO" -v mode="$1" '
    function is_ours(rule,   left, count, users, number, found) {
      if (rule !~ /NOPASSWD/ || rule ~ /^[ \t]*(#|Defaults|[A-Za-z]+_Alias)/) return 0
      left = rule
      sub(/=.*/, "", left)
      sub(/[ \t]+[^ \t]+[ \t]*$/, "", left)
      count = split(left, users, ",")
      for (number = 1; number <= count; number++) {
        gsub(/^[ \t]+|[ \t]+$/, "", users[number])
        if (users[number] == who) found = 1
      }
      return found ? count : 0
    }
    { rule = rule $0 "\n" }
    /\\$/ { next }
    {
      count = is_ours(rule)
      if (mode == "shared" && count > 1) printf "%s", rule
      if (count) gsub(/NOPASSWD:[ \t]*/, "", rule)
      if (mode == "asked") printf "%s", rule
      rule = ""
    }
    END { if (mode == "asked") printf "%s", rule }' "$P_FILE"
}
