"""Follows a job to its end and tells the API: output as it comes, then how it ended. An outage only delays that."""

import time
from dataclasses import dataclass, field, replace
from math import inf
from threading import Event
from typing import Any

from hyprnode.again import until_answered
from hyprnode.answer import Answer
from hyprnode.client import Client, body_of, job_path
from hyprnode.jobs import leftover
from hyprnode.jobs.bell import Bell
from hyprnode.jobs.journal import Entry
from hyprnode.jobs.progress import Progress
from hyprnode.jobs.spool import Spool
from hyprnode.jobs.stream import PIECE, Piece, Place, Stream
from hyprnode.say import Trouble, say
from hyprwire import Completion, Output, Reason, codec

FLUSH_SECONDS = 1.5
LARGEST_BODY = 192 * 1024  # the API takes 256 KiB; a control character needs six bytes of JSON
SMALLEST_PIECE = 256  # what is refused even then is dropped
DISAGREEMENTS = 3  # in a row about how far we are: after that nothing more of this output is sent

UNWANTED = (404, 409, 410)  # no such job, in another state, cancelled or expired


@dataclass
class Follower:
    client: Client
    entry: Entry
    boot: str
    """Of the running system, for a job that was started before a restart of the host."""
    stop: Event
    bell: Bell = field(default_factory=Bell)
    size: int = PIECE
    left_out: int = 0
    disagreements: int = 0
    flush_at: float = -inf
    is_mute: bool = False
    """No more output is sent."""
    is_unwanted: bool = False
    """Nothing more of this job is sent."""

    def __post_init__(self) -> None:
        self.spool = Spool(self.entry.spool)
        self.stream = Stream(self.spool, self.entry.tail)
        self.progress = Progress(self.spool)
        self.trouble = Trouble("[jobrunner] output")
        self.begun = time.monotonic()

    @property
    def place(self) -> Place:
        return self.progress.place

    def follow(self) -> Completion | None:
        """How it ended, when the API knows. None: the agent stops; its successor goes on."""
        while not self.stop.is_set():
            if (ending := self._ending()) is not None:
                return self._finish(ending)
            self._send_what_is_due()
            self._wait()
        return self._say_last()

    def _say_last(self) -> Completion | None:
        """When the host goes down, the agent is told to stop the moment after its job has ended: that is still said.

        In what time is left: nobody waits long for this, and what is not answered the successor says again.
        """
        ending = self.spool.ending()
        self.stop = Event()
        return self._finish(ending) if ending is not None else None

    def _ending(self) -> dict[str, Any] | None:
        is_held = self.spool.is_held()  # asked first: the last thing that a holder does is to leave its ending
        ending = self.spool.ending()
        return ending if ending is not None or is_held else self._lost()

    def _lost(self) -> dict[str, Any]:
        if self.entry.boot != self.boot:
            return {"reason": Reason.REBOOT, "errorMsg": "the host was restarted while the job ran"}
        if not self.spool.has_begun():
            return {"reason": Reason.AGENT_LOST, "errorMsg": "the job's supervisor did not start, and so nothing ran"}
        return {"reason": Reason.AGENT_LOST, **leftover.end(self.spool.text("group"))}

    def _send_what_is_due(self) -> None:
        while not self.stop.is_set() and self._is_due():
            piece = self._next_piece()
            if not piece.text:
                return
            self._send(piece)

    def _is_due(self) -> bool:
        waiting = self.stream.length() - self.place.raw
        return not self.is_mute and waiting > 0 and (waiting >= PIECE or time.monotonic() >= self.flush_at)

    def _wait(self) -> None:
        until_flush = self.flush_at - time.monotonic()
        self.bell.wait(until_flush if until_flush > 0 else inf, for_output=until_flush <= 0)

    def _finish(self, ending: dict[str, Any]) -> Completion | None:
        self.stream.end(ending.get("total"))
        completion = codec.convert(Completion, ending)
        while not self.is_unwanted and not self.stop.is_set():
            piece = Piece("", self.place, self.place) if self.is_mute else self._next_piece()
            if piece.end.raw < self.stream.length() and not self.is_mute:
                self._send(piece)
            elif self._complete(completion, piece):
                return completion
        return completion if self.is_unwanted else None

    def _complete(self, completion: Completion, piece: Piece) -> bool:
        """True when the API has it, or will not have it."""
        says_where = bool(piece.text) or self.left_out > 0
        offset = piece.start.offset if says_where else None
        last = replace(completion, output=piece.text, offset=offset, leftOut=self.left_out, runId=self.entry.runId)
        answer = self._ask("complete", last)
        if answer is None:
            return False
        if answer.status == 413 and piece.text:
            self._shrink(piece)
            return False
        if isinstance(answer.get("expectedOffset"), int) and not self.is_mute:
            self._go_to(answer.get("expectedOffset"))
            return False
        if not answer.is_good and answer.status not in UNWANTED:
            say(f"[jobrunner] completion dropped: API returned {answer.status}", job=self.entry.id)
        return True

    def _next_piece(self) -> Piece:
        piece = self.stream.piece(self.place, self.size)
        while len(body_of(Output(output=piece.text))) > LARGEST_BODY:
            piece = self.stream.piece(self.place, (piece.end.raw - piece.start.raw) // 2)
        return piece

    def _send(self, piece: Piece) -> None:
        message = Output(output=piece.text, offset=piece.start.offset, runId=self.entry.runId, leftOut=self.left_out)
        answer = self._ask("output", message)
        if answer is None:
            return
        self.flush_at = time.monotonic() + FLUSH_SECONDS
        self._hear(answer, piece)

    def _ask(self, what: str, message: Output | Completion) -> Answer | None:
        path = job_path(self.entry.id, what)
        patience = self.client.config.patience
        return until_answered(lambda: self.client.post(path, message), self.trouble, self.stop, patience=patience)

    def _hear(self, answer: Answer, piece: Piece) -> None:
        if answer.get("cancel") is True:
            self.spool.cancel()
        if answer.is_good:
            self._advance(answer.get("nextOffset"), piece)
        elif answer.status == 413:
            self._shrink(piece)
        elif isinstance(answer.get("expectedOffset"), int):
            self._go_to(answer.get("expectedOffset"))
        elif answer.status in UNWANTED:
            self.is_mute = self.is_unwanted = True
        else:
            self._drop(piece, answer.status)

    def _advance(self, next_offset: object, piece: Piece) -> None:
        """A plain API says nothing of offsets; one that took nothing has no use for more."""
        self.disagreements = 0
        self.left_out = 0
        if not isinstance(next_offset, int) or next_offset == piece.end.offset:
            self.progress.be_at(piece.end)
        elif next_offset > piece.start.offset:
            self.progress.be_at(self.stream.find(next_offset, piece.start))
        else:
            self.is_mute = True

    def _go_to(self, offset: int) -> None:
        """Where the API is; or where what is left begins, should it be further back than that."""
        self.disagreements += 1
        self.is_mute = self.disagreements > DISAGREEMENTS
        start = self.place if self.place.offset <= offset else self.progress.base
        self.progress.be_at(self.stream.find(offset, start) if start.offset < offset else start)
        self.left_out = max(0, start.offset - offset)

    def _shrink(self, piece: Piece) -> None:
        if piece.end.raw - piece.start.raw <= SMALLEST_PIECE:
            self._drop(piece, 413)
        else:
            self.size = max(SMALLEST_PIECE, (piece.end.raw - piece.start.raw) // 2)

    def _drop(self, piece: Piece, status: int) -> None:
        size = piece.end.offset - piece.start.offset
        say(f"[jobrunner] output dropped: API returned {status}", job=self.entry.id, bytes=size)
        self.left_out += size
        self.progress.place = piece.end  # not noted: a successor is to try again
