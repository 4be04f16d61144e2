# shellcheck shell=bash
# sshd takes the first value that it meets, and meets the drop-ins first; hence a name that comes before the others.
_FILE=$HB_SSH_FOLDER/00-hyprbox.conf

check() {
  refuse_unless_sshd_listens_to_us
  if [ -z "$(_not_in_effect "$(ssh_settings)")" ]; then
    _refuse_if_a_match_is_lax
    return 10
  fi
  _refuse_without_keys
}

apply() {
  ssh_ports | remember_what_answers || return
  _wanted "$(ssh_settings)" | write_file "$_FILE" 0600 || return
  take_up_ssh_settings
}

verify() {
  local missing
  missing=$(_not_in_effect "$(ssh_settings)" && _not_in_effect "$(ssh_settings_of_root)")
  [ -z "$missing" ] || { say "not in effect: $(sort -u <<<"$missing" | paste -sd ,)" && return 1; }
  sshd_answers && still_answers
}

revert() {
  restore && take_up_ssh_settings
}

# _wanted SETTINGS: as lines of sshd_config. Challenge-response is what older ones call keyboard-interactive.
_wanted() {
  cat <<END
PasswordAuthentication no
KbdInteractiveAuthentication no
ChallengeResponseAuthentication no
PermitEmptyPasswords no
PermitRootLogin $(_root "$1")
HostbasedAuthentication no
IgnoreRhosts yes
PermitUserEnvironment no
StrictModes yes
X11Forwarding no
MaxAuthTries $(_at_most 4 maxauthtries "$1")
LoginGraceTime $(_at_most 60 logingracetime "$1")
END
}

_root() {
  case $P_ROOT:$(_value permitrootlogin "$1") in
    no:* | *:no) printf no ;;
    *:forced-commands-only) printf forced-commands-only ;;
    *) printf '%s' "$P_ROOT" ;;
  esac
}

# _at_most LIMIT NAME SETTINGS: 0 stands for no limit.
_at_most() {
  local is
  is=$(_value "$2" "$3")
  if [ "$is" -gt 0 ] && [ "$is" -le "$1" ]; then printf '%s' "$is"; else printf '%s' "$1"; fi
}

_value() { sed -n "s/^$1 //p" <<<"$2"; }

# _not_in_effect SETTINGS: what is wanted, as far as this sshd knows it, and is not so.
_not_in_effect() {
  local name value
  _wanted "$1" | tr '[:upper:]' '[:lower:]' | while read -r name value; do
    if grep -q "^$name " <<<"$1" && ! grep -qx "$name $value" <<<"$1"; then printf '%s\n' "$name"; fi
  done
}

_refuse_if_a_match_is_lax() {
  local lax
  lax=$(_not_in_effect "$(ssh_settings_of_root)" | paste -sd ,)
  [ -z "$lax" ] || refuse 25 "a Match block of sshd says otherwise for $lax, expected it to be changed there"
}

_refuse_without_keys() {
  local users user
  if ssh_keys_are_elsewhere; then say "keys are not in files here, so who has one is not looked at" && return; fi
  users=$(users_with_keys)
  if [ "$P_ROOT" = no ]; then users=$(grep -vx root <<<"$users"); fi
  [ -n "$users" ] || refuse 24 "nobody who may log in has a key, expected one: without passwords nobody would get in"
  for user in $P_USERS; do
    grep -qxF "$user" <<<"$users" || refuse 24 "$user cannot log in by key, expected that $P_USERS can"
  done
}
