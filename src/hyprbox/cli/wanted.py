"""What files of a repository want of labels, queries, thresholds and the like, read from TOML and checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hyprbox.notices.spec import RuleSpec
from hyprbox.presets.catalogue import load
from hyprbox.presets.lint import lint
from hyprbox.schedules.store import NewSchedule
from hyprbox.thresholds.api import NewThreshold
from hyprbox.windows.api import NewWindow
from hyprwire import thresholds

T = TypeVar("T")
PARTS = ("labels", "queries", "thresholds", "schedules", "windows", "rules")
PRESET = "preset.toml"


class BadFile(Exception):
    """One sentence: the file, and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class OwnPreset:
    """The texts of its files, and the digest of the whole."""

    toml: str
    script: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """By name. `parts` are those that any file speaks of: of the others nothing is ever removed."""

    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    queries: dict[str, str] = field(default_factory=dict)
    thresholds: dict[str, Any] = field(default_factory=dict)
    schedules: dict[str, Any] = field(default_factory=dict)
    windows: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    presets: dict[str, OwnPreset] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)


def read(folder: Path) -> Wanted:
    """BadFile for the first thing that does not fit."""
    wanted = Wanted()
    found = sorted(folder.glob("**/*.toml"))
    files = [file for file in found if file.name != PRESET]
    for preset in (file.parent for file in found if file.name == PRESET):
        _take_preset(wanted, preset)
    if (folder / "presets").is_dir():
        wanted.parts.add("presets")
    if not found:
        raise BadFile(f"{folder} has no *.toml, expected files with {', '.join(PARTS)}")
    for file in files:
        try:
            _take(wanted, tomllib.loads(file.read_text()))
        except (OSError, ValueError) as error:
            raise BadFile(f"{file}: {error}") from None
    return wanted


def _take_preset(wanted: Wanted, folder: Path) -> None:
    """What `hyprbox preset lint` would complain of is not put on servers."""
    if complaints := lint(folder):
        raise BadFile(complaints[0])
    toml, script = ((folder / name).read_text() for name in (PRESET, "script.sh"))
    try:
        _put(wanted.presets, folder.name, OwnPreset(toml, script, load(folder).sha256))
    except ValueError as error:
        raise BadFile(f"{folder}: {error}") from None
    wanted.parts.add("presets")


def _take(wanted: Wanted, said: Mapping[str, Any]) -> None:
    if unknown := said.keys() - set(PARTS):
        raise ValueError(f"{min(unknown)} is not known, expected {', '.join(PARTS)}")
    wanted.parts.update(said)
    for node, labels in msgspec.convert(said.get("labels", {}), dict[str, dict[str, str]]).items():
        _put(wanted.labels, node, labels)
    for name, q in msgspec.convert(said.get("queries", {}), dict[str, str]).items():
        _put(wanted.queries, name, q)
    for name, threshold in msgspec.convert(said.get("thresholds", {}), dict[str, dict[str, Any]]).items():
        _put(wanted.thresholds, name, _threshold(name, threshold))
    for part, kind in (("schedules", NewSchedule), ("windows", NewWindow), ("rules", RuleSpec)):
        for each in msgspec.convert(said.get(part, []), list[dict[str, Any]]):
            whole = msgspec.json.decode(msgspec.json.encode(_strictly(kind, each)))  # as the API would say it
            _put(getattr(wanted, part), whole["name"], whole)


def _threshold(name: str, said: dict[str, Any]) -> dict[str, Any]:
    """Checked here, so that a plan says what the control plane would refuse."""
    whole = _strictly(NewThreshold, said)
    return {"q": whole.q, "settings": thresholds.check(whole.settings)}


def _strictly(kind: Any, said: dict[str, Any]) -> Any:
    """A mistyped name must not be passed over."""
    known = [each.name for each in msgspec.inspect.type_info(kind).fields]  # type: ignore[attr-defined]
    if unknown := said.keys() - set(known):
        raise ValueError(f"{min(unknown)} is not known there, expected {', '.join(known)}")
    return msgspec.convert(said, kind)


def _put(into: dict[str, T], name: str, value: T) -> None:
    if name in into:
        raise ValueError(f"{name} is there twice")
    into[name] = value
