"""The end of a job's output, for a page that is looked at now and goes on from there."""

import codecs
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.orm import Session

from hyprbox.jobs import output
from hyprbox.jobs.ansi import Painter
from hyprbox.jobs.model import Job

SHOWN = 48 * 1024


@dataclass(frozen=True, slots=True)
class Tail:
    """`left_out` bytes come before it; the output goes on at `end`."""

    html: Markup
    left_out: int
    end: int


def tail(session: Session, job: Job) -> Tail:
    start = max(job.output_bytes - SHOWN, 0)
    data = output.read(session, job, start, SHOWN)
    if start:
        skipped = data.find(b"\n") + 1
        start, data = start + skipped, data[skipped:]
    text, end = whole(data, start, final=job.has_ended)
    return Tail(Painter().paint(text), start, end)


def whole(data: bytes, start: int, final: bool) -> tuple[str, int]:
    """As far as whole characters go; the rest will come with the next piece."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(data, final=final)
    return text, start + len(data) - len(decoder.getstate()[0])
