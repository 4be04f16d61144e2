"""Every way the API says no. Raise these; `problem` turns them into an RFC 9457 answer, the same on every route."""

import logging

import msgspec
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError, PendingRollbackError

from hyprbox.seldom import Seldom
from hyprbox.writer import Busy

log = logging.getLogger("hyprbox")
seldom = Seldom(log)


class Refusal(Exception):
    """One sentence with name, value and expectation or what to do."""

    status = 400
    title = "Bad request"
    retry_after: int | None = None

    def __init__(self, detail: str, **extra: object) -> None:
        super().__init__(detail)
        self.detail, self.extra = detail, extra


class Invalid(Refusal):
    """A value is not what it must be."""


class Unauthenticated(Refusal):
    """Nobody, or somebody we do not know (any more)."""

    status, title = 401, "Not authenticated"


class Forbidden(Refusal):
    """Somebody we know, who may not."""

    status, title = 403, "Forbidden"


class Missing(Refusal):
    """There is no such thing, for this caller."""

    status, title = 404, "Not found"


class Conflict(Refusal):
    """Its state does not allow this."""

    status, title = 409, "Conflict"


class Gone(Refusal):
    """It was cancelled or has expired."""

    status, title = 410, "Gone"


class TooLarge(Refusal):
    status, title = 413, "Too large"


class Unsupported(Refusal):
    status, title = 415, "Unsupported media type"


class Misdirected(Refusal):
    """Whoever asks means somebody else, by the name they use."""

    status, title = 421, "Misdirected request"


class TooMany(Refusal):
    status, title, retry_after = 429, "Too many requests", 10


class Unavailable(Refusal):
    status, title, retry_after = 503, "Unavailable", 2


class Unconfirmed(Unavailable):
    """Until a person has said so."""

    retry_after = 30


class Fault(Refusal):
    """Our own mistake; the log says more than the caller is told."""

    status, title = 500, "Internal error"


# Lost, locked, full: nothing that the caller did. The last one follows when a connection is lost within a transaction.
AWAY_ERRORS = (OperationalError, InterfaceError, PendingRollbackError)
AWAY = Unavailable("the database does not answer, try again in a moment")
UNKEEPABLE = Invalid("a value holds U+0000 or is larger than a database can keep, expected ordinary text and numbers")
BUSY = Unavailable("more writes are waiting than this server queues, try again in a moment")


def as_refusal(error: Exception) -> Refusal | None:
    """Known failures of the floors below as what the caller is told; None is a fault of ours."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, DataError):
        return UNKEEPABLE
    if isinstance(error, AWAY_ERRORS) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        seldom.error("the database does not do its work", str(getattr(error, "orig", error)).strip())
        return AWAY
    return BUSY if isinstance(error, Busy) else None


def note(error: Exception, what: str) -> None:
    """Of work that nobody waits for: a fault with all there is to know of it, anything else in a line."""
    if as_refusal(error) is None:
        log.error("%s failed", what, exc_info=error)


def problem(refusal: Refusal) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of application/problem+json."""
    headers = {"content-type": "application/problem+json"}
    if refusal.retry_after is not None:
        headers["retry-after"] = str(refusal.retry_after)
    body = {"type": "about:blank", "title": refusal.title, "status": refusal.status, "detail": refusal.detail}
    return refusal.status, headers, msgspec.json.encode(body | refusal.extra)
