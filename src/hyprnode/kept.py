"""What a scanner found the last time, to be said again while nothing that it looked at has changed.

It lies in the state directory, readable by nobody else, and survives the scan's process. What cannot be read back
is looked at again; so is everything when a job was to mend it, for then somebody waits for what is true now.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hyprnode.seen import Gap, Seen
from hyprwire import Finding, __version__
from hyprwire.codec import convert, encode

NAME = "scans.json"


@dataclass(frozen=True)
class Page:
    """`of` tells the state of what was looked at; `text` is what a program said of it."""

    of: str
    findings: list[Finding] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    text: str = ""
    by: str = __version__
    """Which program wrote it, under which settings."""


@dataclass
class Kept:
    path: Path | None = None
    afresh: bool = False
    by: str = __version__
    pages: dict[str, Page] = field(default_factory=dict)
    changed: bool = False

    def again(self, name: str, of: str, look: Callable[[], Iterable[Seen]]) -> list[Seen]:
        """What `look` finds, or what it found when things were as `of` says."""
        page = self._page(name, of) or self._write(name, written(of, list(look()), self.by))
        return [*page.findings, *(Gap(key or None) for key in page.gaps)]

    def text(self, name: str, of: str, ask: Callable[[], str]) -> str:
        """The same for what a program says. Nothing said is nothing to keep."""
        page = self._page(name, of)
        if page:
            return page.text
        said = ask()
        return self._write(name, Page(of, text=said, by=self.by)).text if said else said

    def _page(self, name: str, of: str) -> Page | None:
        page = self.pages.get(name)
        is_true = page is not None and page.of == of and page.by == self.by
        return page if is_true and not self.afresh else None

    def _write(self, name: str, page: Page) -> Page:
        self.pages[name] = page
        self.changed = True
        return page

    def save(self) -> None:
        """An agent that may not write looks again each time."""
        if self.path is None or not self.changed:
            return
        half = self.path.with_suffix(".half")
        with suppress(OSError):
            half.unlink(missing_ok=True)
            fd = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with open(fd, "wb") as file:
                file.write(encode({name: asdict(page) for name, page in self.pages.items()}))
            half.rename(self.path)


def written(of: str, seen: list[Seen], by: str) -> Page:
    findings = [one for one in seen if isinstance(one, Finding)]
    return Page(of, findings, [one.key or "" for one in seen if isinstance(one, Gap)], by=by)


def load(directory: Path, afresh: bool, given: Mapping[str, str]) -> Kept:
    """Under other settings everything is looked at anew."""
    by = f"{__version__} {hashlib.sha256(encode(dict(sorted(given.items())))).hexdigest()[:16]}"
    path = directory / NAME
    try:
        pages = {name: convert(Page, page) for name, page in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError):
        pages = {}
    return Kept(path, afresh, by, pages)
