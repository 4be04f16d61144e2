"""Presets of this installation, beside those that are shipped: put by admins, known to every process a second later."""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.audit import store as audit
from hyprbox.errors import Conflict, Invalid, Missing
from hyprbox.presets.catalogue import Preset, made, plain
from hyprbox.presets.model import Own
from hyprbox.presets.table import BrokenPreset

log = logging.getLogger(__name__)


class Presets(Mapping[str, Preset]):
    """The shipped ones and our own, by id; what is shipped is never replaced."""

    def __init__(self, shipped: Mapping[str, Preset]) -> None:
        self.shipped = shipped
        self.own: dict[str, Preset] = {}
        self._seen: dict[str, str] = {}
        self._all = dict(shipped)

    def __getitem__(self, preset_id: str) -> Preset:
        return self._all[preset_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def refresh(self, session: Session) -> None:
        """One that an older or newer library no longer goes with is left out, and said."""
        there = {preset_id: sha256 for preset_id, sha256 in session.execute(select(Own.id, Own.sha256))}
        if there != self._seen:
            self.own = {row.id: preset for row in session.scalars(select(Own)) if (preset := _read(row))}
            self._all = self.own | dict(self.shipped)
            self._seen = there


def put(
    session: Session, now: datetime, actor: str, presets: Presets, preset_id: str, toml: str, script: str
) -> Preset:
    if preset_id in presets.shipped:
        raise Conflict(f"preset {preset_id} is shipped, expected another name for one of your own")
    try:
        preset = checked(preset_id, toml, script)
    except BrokenPreset as broken:
        raise Invalid(str(broken)) from None
    row = session.get(Own, preset_id)
    before = row.sha256 if row else None
    if before != preset.sha256:
        row = row or Own(id=preset_id)
        session.add(row)
        row.toml, row.script, row.sha256, row.made_by, row.made_at = toml, script, preset.sha256, actor, now
        session.flush()
        audit.record(session, now, actor, "preset.put", preset_id, before=before, after=preset.sha256)
    return preset


def remove(session: Session, now: datetime, actor: str, preset_id: str) -> None:
    row = session.get(Own, preset_id)
    if row is None:
        raise Missing(f"preset {preset_id} is none of your own, expected one that somebody here has written")
    session.delete(row)
    session.flush()
    audit.record(session, now, actor, "preset.remove", preset_id, before=row.sha256)


def checked(preset_id: str, toml: str, script: str) -> Preset:
    """BrokenPreset as for a folder of that name."""
    folder = Path(preset_id)
    return made(folder, plain(folder / "preset.toml", toml), plain(folder / "script.sh", script))


def _read(row: Own) -> Preset | None:
    try:
        return checked(row.id, row.toml, row.script)
    except BrokenPreset as broken:
        log.warning("a preset of our own is left out: %s", broken)
        return None
