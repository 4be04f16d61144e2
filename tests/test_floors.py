"""Imports only go down. A failure names the file and the import."""

import ast
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src"
FILES = sorted(SRC.rglob("*.py"))

MAY_IMPORT = {
    "hyprwire": set(),
    "hyprnode": {"hyprwire", "asn1crypto", "psutil", "_hyprnode_syscalls"},
    "hyprbox": {
        "hyprwire",
        "alembic",
        "apprise",
        "argon2",
        "authlib",
        "click",
        "cronsim",
        "cryptography",
        "httptools",
        "httpx",
        "jinja2",
        "litestar",
        "markupsafe",
    }
    | {"joserfc", "msgspec", "prometheus_client", "psycopg", "segno", "sqlalchemy", "uvicorn", "uvloop", "webauthn"},
}
RESOURCES = [
    "facts",
    "audit",
    "people",
    "tokens",
    "nodes",
    "enrolments",
    "thresholds",
    "inventory",
    "findings",
    "suppressions",
    "jobs",
    "remediations",
    "guards",
    "presets",
    "windows",
    "runs",
    "schedules",
    "notices",
    "overview",
]
GROUND = "config db asking writer clock errors ids installation sealing secret seldom almanac upsert rows"
FLOORS = [
    set(GROUND.split()),
    {"model"},
    {"store"},
    {"auth", "wake", "look", "box", "bus"},
    {"api", "pages", "live", "hot", "sweep", "keep", "onward", "guardian"},
    {"app", "serve", "life", "workers"},
    {"cli", "__main__"},
]
STORES_NEVER_SEE = {"litestar", "uvicorn", "click", "httpx", "jinja2"}


@cache
def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def floor(parts: tuple[str, ...]) -> int | None:
    """Of hyprbox.nodes.store → 2. Everything else in a resource's folder belongs to its store."""
    part = parts[1] if parts[0] in RESOURCES and len(parts) > 1 else parts[0]
    for number, names in enumerate(FLOORS):
        if part in names:
            return number
    return 2 if parts[0] in RESOURCES and len(parts) > 1 else None


def inside(name: str) -> tuple[str, ...]:
    """hyprbox.nodes.store.record → (nodes, store, record)."""
    return tuple(name.split(".")[1:])


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_a_package_imports_only_what_lies_below(path):
    package = path.relative_to(SRC).parts[0]
    outside = {name.split(".")[0] for name in imported(path)} - set(sys.stdlib_module_names) - {package}
    assert outside <= MAY_IMPORT[package]


BOX = [path for path in FILES if path.is_relative_to(SRC / "hyprbox")]


@pytest.mark.parametrize("path", BOX, ids=lambda path: str(path.relative_to(SRC)))
def test_the_floors_of_the_control_plane(path):
    here = path.relative_to(SRC / "hyprbox").with_suffix("").parts
    mine = floor(here)
    for name in imported(path):
        if mine is not None and mine <= 2:
            assert name.split(".")[0] not in STORES_NEVER_SEE, f"{here} imports {name}"
        if not name.startswith("hyprbox."):
            continue
        there = inside(name)
        if mine is not None and (theirs := floor(there)) is not None:
            assert theirs <= mine, f"{here} imports {name}"


@pytest.mark.parametrize("path", BOX, ids=lambda path: str(path.relative_to(SRC)))
def test_a_resource_looks_only_left_and_only_at_stores_and_models(path):
    here = path.relative_to(SRC / "hyprbox").with_suffix("").parts
    if here[0] not in RESOURCES:
        return
    for there in (inside(name) for name in imported(path) if name.startswith("hyprbox.")):
        if there[0] in RESOURCES and there[0] != here[0]:
            assert RESOURCES.index(there[0]) < RESOURCES.index(here[0]), f"{here} looks right, at {there}"
            assert len(there) == 1 or there[1] not in ("api", "pages", "live"), f"{here} imports {there}"


def test_the_agent_needs_what_the_package_says():
    project = tomllib.loads((SRC.parent / "pyproject.toml").read_text())["project"]
    needed = {line.split(">")[0].replace("-", "_") for line in project["dependencies"]}
    assert needed | {"hyprwire", "_hyprnode_syscalls"} == MAY_IMPORT["hyprnode"]
