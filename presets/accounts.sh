# shellcheck shell=bash
# People and accounts of this machine, as the agent is one of them.

# is_agents_user USER: locking it out would lock us out.
is_agents_user() {
  [ "$(id -un)" = "$1" ] || [ "$(systemctl show --value --property=User hyprnode 2>/dev/null)" = "$1" ]
}

# has_password USER: one that can be typed; neither none, nor one that is locked.
has_password() { [[ $(shadow_field 2 "$1") == [!*\!]* ]]; }

# shadow_field NUMBER USER
shadow_field() { look grep "^$2:" /etc/shadow | cut -d : -f "$1"; }

# members_of GROUP: one a line, those whose first group it is as well.
members_of() {
  local number
  number=$(getent group "$1" | cut -d : -f 3)
  {
    getent group "$1" | cut -d : -f 4 | tr , '\n'
    getent passwd | awk -F : -v number="$number" '$4 == number { print $1 }'
  } | grep . | sort -u
}
