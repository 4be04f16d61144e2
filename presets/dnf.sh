# shellcheck shell=bash
# dnf and rpm, on Red Hat and its family: never with a question.

refuse_without_dnf() {
  command -v dnf >/dev/null || refuse 21 "dnf is not installed, expected Red Hat or one of its family"
}

has_rpm() { rpm -q --quiet -- "$1" 2>/dev/null; }

# install_rpms NAME...: those that are missing, and what they need; erase_rpms takes all of that away again.
install_rpms() {
  local name missing=() before
  for name; do
    if ! has_rpm "$name"; then missing+=("$name"); fi
  done
  if [ "${#missing[@]}" = 0 ]; then return 0; fi
  before=$(rpm_names)
  S dnf -q -y install "${missing[@]}" || return
  if rehearsing; then return 0; fi
  comm -13 <(printf '%s\n' "$before") <(rpm_names) | keep rpms
}

erase_rpms() {
  local name names=()
  for name in $(kept rpms); do
    if has_rpm "$name"; then names+=("$name"); fi
  done
  if [ "${#names[@]}" -gt 0 ]; then S dnf -q -y remove "${names[@]}"; fi
}

rpm_names() { rpm -qa --qf '%{NAME}\n' | sort -u; }
