"""Web servers and a systemd that are played: files in /srv say what is active and whose configuration is broken."""

from tests.presets.machine import Machine

SYSTEMCTL = """#!/bin/bash
echo "$@" >>/srv/systemctl.log
server=${*: -1}; server=${server%.service}
case $1 in
  is-active) [ -e "/srv/active/$server" ] ;;
  reload) [ -e "/srv/active/$server" ] || exit 1; if [ -e "/srv/dies/$server" ]; then rm "/srv/active/$server"; fi ;;
  *) exit 99 ;;
esac
"""
SERVER = """#!/bin/bash
if [ -e "/srv/broken/$(basename "$0")" ]; then echo "unknown directive in line 7" >&2; exit 1; fi
"""


def install(machine: Machine, *active: str) -> None:
    """systemd is at work, and these servers are."""
    machine.path("/run/systemd/system").mkdir(parents=True)
    machine.program("systemctl", SYSTEMCTL)
    machine.write("/srv/systemctl.log", "")
    for program in ("nginx", "apache2ctl", "httpd", "haproxy"):
        machine.program(program, SERVER)
    for server in active:
        machine.write(f"/srv/active/{server}", "")


def reloads(machine: Machine) -> list[str]:
    """The servers that were told to reload, in this order."""
    calls = (line.split() for line in machine.path("/srv/systemctl.log").read_text().splitlines())
    return [call[-1].removesuffix(".service") for call in calls if call[0] == "reload"]
