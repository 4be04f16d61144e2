"""`make test-agent`: every test that starts an agent, against the executable; and that these are as many as against the
source, which `make test` runs. Then what only the executable can show."""

import re
import subprocess
import sys
from os import environ

import build

SUITES = ["-p", "tests.starters", "tests/node", "tests/together", "tests/survival", "tests/host"]


def main() -> None:
    executable = build.build(build.runtime.BUILDS_ON, build.DIST)
    env = environ | {"HYPRNODE_EXECUTABLE": str(executable)}
    source = collected({name: value for name, value in environ.items() if name != "HYPRNODE_EXECUTABLE"})
    passed = run(env, *SUITES)
    print(f"tests of the agent: {source} against the source, {passed} against the executable", flush=True)
    if source != passed:
        sys.exit("expected the same number")
    run(env, "tests/executable")


def collected(env: dict[str, str]) -> int:
    return number(r"(\d+)(?:/\d+)? tests? collected", pytest(env, "--collect-only", *SUITES))


def run(env: dict[str, str], *paths: str) -> int:
    told = pytest(env, "-n", "2", "--dist=loadfile", *paths)
    print(told, end="", flush=True)
    return number(r"(\d+) passed", told)


def pytest(env: dict[str, str], *words: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=build.ROOT, env=env, capture_output=True, text=True
    )
    if ran.returncode:
        sys.exit(ran.stdout + ran.stderr)
    return ran.stdout


def number(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    return int(match[1]) if match else 0


if __name__ == "__main__":
    main()
