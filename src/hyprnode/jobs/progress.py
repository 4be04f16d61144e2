"""How far the API has come with a job's output, and from where on the rest of it is kept: what is before is freed."""

from hyprnode.jobs.spool import Sent, Spool
from hyprnode.jobs.stream import Place

KEPT = 1024 * 1024  # of what was sent, at least: an API that lost its last second gets it again


class Progress:
    def __init__(self, spool: Spool) -> None:
        sent = spool.sent()
        self.spool = spool
        self.place = Place(sent.raw, sent.offset)
        self.base = Place(sent.base_raw, sent.base_offset)
        self.next_base = self.place

    def be_at(self, place: Place) -> None:
        self.place = place
        is_behind = place.raw - self.next_base.raw >= KEPT
        base = self.next_base if is_behind else self.base
        if self.spool.note(Sent(place.raw, place.offset, base.raw, base.offset)) and is_behind:
            self.base, self.next_base = base, place
            self.spool.free(base.raw)
