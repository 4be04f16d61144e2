"""Takes secrets out of a stream that comes in pieces: the result depends on the bytes alone, not on how they were cut.

What may be the start of a secret is held back until it is known. base64(1) breaks its lines wherever a secret may
be, so a line break behind a long run of such characters counts as nothing. The supervisor imports this: no `re`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from string import ascii_letters, digits

MARK = b"[REDACTED]"
BASE64 = (ascii_letters + digits + "+/-_").encode()
FULL_LINE = 60  # tools break at 64 or 76 characters, rarely sooner


class Redactor:
    def __init__(self, secrets: Iterable[bytes]) -> None:
        """Every form in which one may appear is a secret of its own."""
        self.secrets = sorted(set(secrets) - {b""}, key=len, reverse=True)
        self.longest = max(map(len, self.secrets), default=0)
        self.before = b""
        self.held = b""

    def feed(self, output: bytes) -> bytes:
        """What can be said of it so far."""
        return self._clean(output, self._undecided) if self.secrets else output

    def flush(self) -> bytes:
        """The end: what was held back is no longer the start of anything."""
        return self._clean(b"", lambda joined, start: len(joined))

    def _clean(self, output: bytes, undecided_from: Callable[[bytes, int], int]) -> bytes:
        text = _Text(self.before, self.held + output)
        done, clean = _replace(text, self.secrets, undecided_from)
        self.held = text.raw[done:]
        self.before = (self.before + text.raw[:done])[-FULL_LINE:]
        return clean

    def _undecided(self, joined: bytes, start: int) -> int:
        """The first place from `start` on from where on all that is there may be the start of a secret."""
        first = max(start, len(joined) - self.longest + 1)
        places = (place for secret in self.secrets for place in _starts(secret, joined, first))
        return min(places, default=len(joined))


def _starts(secret: bytes, joined: bytes, first: int) -> Iterator[int]:
    """The first place from where on the rest is the start of this secret, and shorter than it."""
    place = joined.find(secret[:1], max(first, len(joined) - len(secret) + 1))
    while place >= 0:
        if secret.startswith(joined[place:]):
            yield place
            return
        place = joined.find(secret[:1], place + 1)


def _replace(text: "_Text", secrets: list[bytes], undecided_from: Callable[[bytes, int], int]) -> tuple[int, bytes]:
    """How far it is decided, and what is left of that. The first secret counts, of several there the longest."""
    clean = bytearray()
    done = 0
    coming = _Coming(text.joined, secrets)
    while True:
        start, end = coming.next_from(done)
        undecided = undecided_from(text.joined, done)
        clean += text.between(done, min(start, undecided))
        if undecided <= start:
            return text.at(undecided), bytes(clean)
        clean += MARK
        done = end


class _Coming:
    """Where each secret is found next."""

    def __init__(self, joined: bytes, secrets: list[bytes]) -> None:
        self.joined = joined
        self.next = [(joined.find(secret), secret) for secret in secrets]

    def next_from(self, start: int) -> tuple[int, int]:
        """The first and longest one, from its start to its end; both beyond the text when there is none."""
        self.next = [(self._again(place, secret, start), secret) for place, secret in self.next if place >= 0]
        found = [(place, -len(secret)) for place, secret in self.next if place >= 0]
        place, length = min(found, default=(len(self.joined), 0))
        return place, place - length

    def _again(self, place: int, secret: bytes, start: int) -> int:
        return place if place >= start else self.joined.find(secret, start)


class _Text:
    """`joined` is `raw` without the breaks of full lines; `before` is what came before it."""

    def __init__(self, before: bytes, raw: bytes) -> None:
        self.raw = raw
        breaks = list(_breaks(before, raw))
        self.gaps = [place - number for number, place in enumerate(breaks)]
        self.joined = _without(raw, breaks)

    def at(self, place: int) -> int:
        """Where in `raw` that is: behind a break that stands there."""
        return place + bisect_right(self.gaps, place)

    def between(self, done: int, place: int) -> bytes:
        """What stands from right behind `done`, a break there included, to `place`."""
        return self.raw[self.at(done - 1) + 1 : self.at(place)]


def _breaks(before: bytes, raw: bytes) -> Iterator[int]:
    """Where lines end that are full of base64. Short ones, of which there may be very many, are skipped by handfuls."""
    text = before + raw
    start = 0
    while (place := text.find(b"\n", start + FULL_LINE)) >= 0:
        shorter = text.rfind(b"\n", start, start + FULL_LINE)
        if shorter >= 0:
            start = shorter + 1
            continue
        if place >= len(before) and not text[place - FULL_LINE : place].translate(None, BASE64):
            yield place - len(before)
        start = place + 1


def _without(raw: bytes, breaks: list[int]) -> bytes:
    if not breaks:
        return raw
    starts = [0, *(place + 1 for place in breaks)]
    return b"".join(raw[start:end] for start, end in zip(starts, [*breaks, len(raw)], strict=True))
