"""What an operator types: `hyprnode` runs; the other commands look once, or say something, and are done."""

import sys

USAGE = """\
hyprnode            run: heartbeats, jobs and scans, configured by HYPRBOX_* variables
hyprnode version    say which version this is
"""


def main() -> int:
    # Imports stand inside the commands: `run` must fork its nursery before anything else is there to be forked along.
    match sys.argv[1:]:
        case []:
            return run()
        case ["version"]:
            from hyprwire import __version__

            print(f"hyprnode {__version__}")
            return 0
        case ["help" | "--help" | "-h"]:
            print(USAGE, end="")
            return 0
    print(USAGE, end="", file=sys.stderr)
    return 2


def run() -> int:
    from hyprnode import nursery

    born = nursery.start() if sys.platform == "linux" else None
    from hyprnode import agent

    return agent.run(born)


if __name__ == "__main__":
    sys.exit(main())
