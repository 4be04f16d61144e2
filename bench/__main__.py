"""Every benchmark, one after the other, each with its end: what fails or takes too long is named, the others go on.

As it is: half an hour. With --whole the fleet of 100,000 nodes for its ten minutes; with --quick a little of each, in
less than ten minutes, to see that they work.
"""

import argparse
import os
import signal
import subprocess
import sys
import time

# What it is called with, what for a little of it, and the minutes that it may take.
ALL = (
    (("dispatch",), (), 3),
    (("jobs",), ("short",), 8),
    (("footprint",), (), 12),
    (("heartbeats",), ("--seconds", "0.5"), 8),
    (("polls",), ("--polls", "2000", "--wakes", "20"), 4),
    (("query",), (), 5),
    (("pages",), ("--nodes", "5000"), 12),
    (("live",), (), 3),
    (("fleet", "--minutes", "2"), ("--minutes", "0.5", "--nodes", "20000", "--polls", "500"), 5),
)
WHOLE = ("fleet", "--minutes", "10"), 15


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--whole", action="store_true")
    options.add_argument("--quick", action="store_true")
    given = options.parse_args()
    if given.quick:
        os.environ["SECONDS_IDLE"] = "10"
    ends: list[tuple[str, str]] = []
    for usual, little, minutes in ALL:
        words = (usual[0], *little) if given.quick else usual
        if given.whole and usual[0] == WHOLE[0][0]:
            words, minutes = WHOLE
        ends.append((usual[0], run(words, minutes)))
    print("\n# all\n", *(f"{name}: {end}" for name, end in ends), sep="\n")
    failed = [name for name, end in ends if not end.startswith("done")]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def run(words: tuple[str, ...], minutes: int) -> str:
    """How it ended. It leads a group of its own, so that what it started ends with it."""
    name, *rest = words
    print(f"\n# bench.{name} {' '.join(rest)}", flush=True)
    start = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", f"bench.{name}", *rest], start_new_session=True)
    try:
        code = process.wait(minutes * 60)
    except (subprocess.TimeoutExpired, KeyboardInterrupt) as error:
        _end(process)
        if isinstance(error, KeyboardInterrupt):
            raise
        return f"not within {minutes} minutes"
    took = f"{time.monotonic() - start:.0f} s"
    return f"done in {took}" if code == 0 else f"failed with {code} after {took}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """As by ctrl-C, after which it tidies up; if not, without."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        os.killpg(process.pid, sign)
        try:
            process.wait(60)
            return
        except subprocess.TimeoutExpired:
            continue


if __name__ == "__main__":
    main()
