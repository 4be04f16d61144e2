"""What an operator types: `hyprnode` runs; the other commands look once, or say something, and are done."""

import os
import sys
from collections.abc import Callable

USAGE = """\
hyprnode                run: heartbeats, jobs and scans; the settings are HYPRBOX_* variables
hyprnode once           one heartbeat, one scan, the jobs that wait, and done
hyprnode scan [--json]  look at this host and print what is seen; nothing is sent
hyprnode doctor [--json]  look whether everything is there that the agent needs: 0 it is, 1 something should be
                        mended, 2 a setting has no value that it can have, 3 the agent cannot do its work
hyprnode status [--json]  ask the agent that runs here what it is doing
hyprnode install        make this a service of this machine: with --url, and a code in HYPRBOX_ENROLMENT_CODE or
                        --code-file; a second time it upgrades. --reset-identity makes a copy a node of its own
hyprnode uninstall      take it away again
hyprnode version        say which version this is
"""


# Imports stand inside: the nursery must be born before there is anything to be born with it, and some need it not.
def main() -> int:
    match sys.argv[1:]:
        case []:
            return run()
        case ["once"]:
            return once()
        case ["scan"]:
            return scan(as_json=False)
        case ["scan", "--json"]:
            return scan(as_json=True)
        case ["doctor", *json] if json in ([], ["--json"]):
            return doctor(as_json=bool(json))
        case ["status", *json] if json in ([], ["--json"]):
            return status(as_json=bool(json))
        case ["install", *words]:
            return install(words)
        case ["uninstall", *words]:
            return uninstall(words)
        case ["version" | "--version"]:
            return version()
        case ["summoned"]:
            return summoned()
        case ["help" | "--help" | "-h"]:
            print(USAGE, end="")
            return 0
    print(f"hyprnode: {' '.join(sys.argv[1:])[:200]!a} is no command, expected:\n{USAGE}", end="", file=sys.stderr)
    return 2


def run() -> int:
    from hyprnode import nursery

    born = nursery.start()
    from hyprnode import agent

    code = with_settings(lambda: agent.run(born))
    sys.stderr.flush()
    os._exit(code)  # some rhythm may be in the middle of a held request, and nothing is left to tidy up


def once() -> int:
    from hyprnode import nursery

    born = nursery.start()
    from hyprnode import agent

    return with_settings(lambda: agent.once(born))


def scan(as_json: bool) -> int:
    from hyprnode import nursery

    born = nursery.start()
    from hyprnode import config, show

    if born is None:
        print("scans are for Linux, expected to run there", file=sys.stderr)
        return 1
    return with_settings(lambda: show.show(born, config.load(os.environ), as_json))


def doctor(as_json: bool) -> int:
    from hyprnode import config, doctor, service

    return with_settings(lambda: doctor.show(config.load(service.environ()), as_json))


def status(as_json: bool) -> int:
    from hyprnode import config, service, told

    return with_settings(lambda: told.show(config.load(service.environ()), as_json))


def install(words: list[str]) -> int:
    from hyprnode.installing import install

    return changing(lambda: install.install(words))


def uninstall(words: list[str]) -> int:
    from hyprnode.installing import uninstall

    return changing(lambda: uninstall.run(words))


def changing(command: Callable[[], int]) -> int:
    from hyprnode.installing.orders import Refused

    try:
        return with_settings(command)
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def version() -> int:
    from hyprwire import __version__

    print(f"hyprnode {__version__}")
    return 0


def summoned() -> int:
    """Nobody types this: a unit of systemd runs it, see jobs/unit, or the agent itself, see nursery."""
    from hyprnode import nursery

    nursery.summoned()


def with_settings(command: Callable[[], int]) -> int:
    from hyprnode.values import BadSetting

    try:
        return command()
    except BadSetting as sentence:
        print(sentence, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
