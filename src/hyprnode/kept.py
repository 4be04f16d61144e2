"""What a scanner found the last time, to be said again while nothing that it looked at has changed.

It lies in the state directory, readable by nobody else, and survives the scan's process. What cannot be read back
is looked at again; so is everything when a job was to mend it, for then somebody waits for what is true now.
"""

import json
import os
from collections.abc import Callable, Iterable
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
    version: str = __version__


@dataclass
class Kept:
    path: Path | None = None
    afresh: bool = False
    pages: dict[str, Page] = field(default_factory=dict)
    changed: bool = False

    def again(self, name: str, of: str, look: Callable[[], Iterable[Seen]]) -> list[Seen]:
        """What `look` finds, or what it found when things were as `of` says."""
        page = self._page(name, of) or self._write(name, written(of, list(look())))
        return [*page.findings, *(Gap(key or None) for key in page.gaps)]

    def text(self, name: str, of: str, ask: Callable[[], str]) -> str:
        """The same for what a program says. Nothing said is nothing to keep."""
        page = self._page(name, of)
        if page:
            return page.text
        said = ask()
        return self._write(name, Page(of, text=said)).text if said else said

    def _page(self, name: str, of: str) -> Page | None:
        page = self.pages.get(name)
        is_true = page is not None and page.of == of and page.version == __version__
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


def written(of: str, seen: list[Seen]) -> Page:
    findings = [one for one in seen if isinstance(one, Finding)]
    return Page(of, findings, [one.key or "" for one in seen if isinstance(one, Gap)])


def load(directory: Path, afresh: bool) -> Kept:
    path = directory / NAME
    try:
        pages = {name: convert(Page, page) for name, page in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError):
        pages = {}
    return Kept(path, afresh, pages)
