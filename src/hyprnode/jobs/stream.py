"""A job's output as it is sent: UTF-8 text, counted in bytes from the start, a function of the raw bytes alone.

So any piece can be made again from `head` after any loss, and is the same piece; what is before `base` is freed and
gone. The stream is the head, and when the job has ended and printed more than that: a line that says how much is left
out, and the newest part.
"""

import codecs
from bisect import bisect_right
from dataclasses import dataclass

from hyprnode.jobs.spool import Spool

PIECE = 65536
CONTINUATION = bytes(range(0x80, 0xC0))  # a character whose start was left out


@dataclass(frozen=True)
class Place:
    """The same point in the raw bytes and in what is sent of them. Always between two characters."""

    raw: int = 0
    offset: int = 0


@dataclass(frozen=True)
class Piece:
    text: str
    start: Place
    end: Place


class Stream:
    def __init__(self, spool: Spool, tail: int) -> None:
        self.spool = spool
        self.tail = tail
        self.rest: bytes | None = None  # what follows the head; known when the job has ended

    def end(self, total: int | None) -> None:
        """The job has ended; `total` bytes were printed, if somebody was left to say so."""
        self.rest = self._rest(total)

    def _rest(self, total: int | None) -> bytes:
        tail, printed = self._newest()
        left_out = (total or printed) - self.spool.size("head") - len(tail)
        if left_out <= 0:
            return tail
        whole = tail.lstrip(CONTINUATION)
        left_out += len(tail) - len(whole)
        return f"\n[hyprnode: {left_out} bytes are left out here]\n".encode() + whole

    def _newest(self) -> tuple[bytes, int]:
        """The tail, and how much was printed up to its end."""
        numbers = self.spool.segments()
        if not numbers:
            return b"", self.spool.size("head")
        kept = b"".join(self.spool.read(f"tail-{number}", 0, self.tail) for number in numbers)
        printed = self.spool.size("head") + numbers[0] * self.tail + len(kept)
        return kept[-self.tail :], printed

    def piece(self, start: Place, size: int = PIECE) -> Piece:
        """What is there from `start` on, at most `size` raw bytes; empty when there is nothing, or half a character."""
        raw = self._raw(start.raw, size)
        is_last = self.rest is not None and start.raw + len(raw) >= self.length()
        text, used = codecs.utf_8_decode(raw, "replace", is_last)
        return Piece(text, start, Place(start.raw + used, start.offset + len(text.encode())))

    def _raw(self, position: int, size: int) -> bytes:
        raw = self.spool.read("head", position, size)
        if self.rest is None or len(raw) == size:
            return raw
        after = max(0, position - self.spool.size("head"))
        return raw + self.rest[after : after + size - len(raw)]

    def length(self) -> int:
        """Raw bytes that are there to be sent."""
        return self.spool.size("head") + len(self.rest or b"")

    def find(self, offset: int, start: Place) -> Place:
        """From `start` on, the last place at or before `offset`; the end when that is further than the stream goes."""
        place = start
        while (piece := self.piece(place)).end != place and piece.end.offset <= offset:
            place = piece.end
        sizes = range(1, PIECE)
        size = bisect_right(sizes, offset, key=lambda size: self.piece(place, size).end.offset)
        return self.piece(place, size).end
