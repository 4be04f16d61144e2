"""What stands around every page of somebody who is signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import MediaType
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Redirect, Template

from hyprbox.auth import Caller
from hyprbox.people.model import Role

SMALL_FLEET = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """The fleet in numbers: findings that are OPEN or FIXING, jobs that have not ended."""

    online: int
    offline: int
    affected: int
    critical: int
    warn: int
    jobs: int

    @property
    def nodes(self) -> int:
        return self.online + self.offline

    @property
    def findings(self) -> int:
        return self.critical + self.warn


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`here` is the address of the page, with its query; None where fetching it again would show something else.

    `seen` says up to which news the page is fresh, for the stream that tells it of later ones.
    """

    caller: Caller
    now: datetime
    here: str | None
    seen: str
    public_url: str
    fleet: Fleet

    @property
    def pace(self) -> str:
        """How often heartbeats refresh a page: each of a small fleet shows at once, a large one never stops sending."""
        return "500ms" if self.fleet.nodes <= SMALL_FLEET else "5s"

    def page(self, template: str, status: int = 200, **context: Any) -> Template:
        return html(template, status, frame=self, now=self.now, may=may(self.caller), **context)


TheFrame = NamedDependency[SkipValidation[Frame]]


def html(template: str, status: int = 200, **context: Any) -> Template:
    """A page, also for somebody unknown."""
    return Template(template, context=context, status_code=status, media_type=MediaType.HTML)


def go(path: str) -> Redirect:
    """After a form: the next page is fetched, and reloading that repeats nothing."""
    return Redirect(path, status_code=303)


def address(*parts: str) -> str:
    """`address("nodes", "eu/1", "settings")` is /dashboard/nodes/eu%2F1/settings."""
    return "/".join(["/dashboard", *(quote(part, safe="") for part in parts)])


def may(caller: Caller) -> dict[str, bool]:
    """For templates: `may.operator`."""
    return {role.value: caller.may(role) for role in Role}
