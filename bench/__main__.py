"""Every benchmark, one after the other; with --whole the fleet of 100,000 nodes for its ten minutes, else for two."""

import argparse
import subprocess
import sys

QUICK = (
    ("footprint",), ("dispatch",), ("heartbeats",), ("polls",), ("pushgateway",), ("pages",),
)  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--whole", action="store_true")
    minutes = "10" if options.parse_args().whole else "2"
    failed = [words[0] for words in (*QUICK, ("fleet", "--minutes", minutes)) if run(*words)]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def run(name: str, *words: str) -> int:
    print(f"\n# bench.{name} {' '.join(words)}", flush=True)
    return subprocess.run([sys.executable, "-m", f"bench.{name}", *words], check=False).returncode


if __name__ == "__main__":
    main()
