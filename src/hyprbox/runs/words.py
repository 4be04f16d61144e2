"""What is said of a run and of its nodes."""

from collections.abc import Mapping
from dataclasses import dataclass

from hyprbox.runs.model import Run, State, Step
from hyprbox.sign import Sign
from hyprbox.words import count

SIGNS = {
    State.RUNNING: Sign("act", "running", "Running"),
    State.PAUSED: Sign("idle", "pause", "Paused"),
    State.HELD: Sign("warn", "lost", "Waits for a person"),
    State.STOPPED: Sign("crit", "stop", "Stopped"),
    State.FINISHED: Sign("ok", "done", "Finished"),
    State.EXPIRED: Sign("idle", "timeout", "Expired"),
}
STEPS = {
    Step.WAITING: Sign("idle", "queued", "Waiting"),
    Step.GOING: Sign("act", "running", "At work"),
    Step.DONE: Sign("ok", "done", "Done"),
    Step.FAILED: Sign("crit", "failed", "Failed"),
    Step.UNKNOWN: Sign("warn", "lost", "Not known"),
    Step.PASSED: Sign("idle", "ack", "Accepted"),
    Step.SKIPPED: Sign("idle", "cancelled", "Left out"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a batch's bar, in percent of its width."""

    step: Step
    sign: Sign
    nodes: int
    at: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    number: int
    nodes: int
    pieces: list[Piece]


def sign(run: Run) -> Sign:
    return SIGNS[State(run.state)]


def step_sign(step: str) -> Sign:
    return STEPS[Step(step)]


def bars(batches: list[tuple[int, dict[Step, int]]]) -> list[Bar]:
    return [Bar(number, sum(nodes.values()), _pieces(nodes)) for number, nodes in batches]


def in_short(run: Run, nodes: Mapping[Step, int]) -> str:
    """3 of 150 nodes done, 1 failed."""
    total = sum(nodes.values()) - nodes.get(Step.SKIPPED, 0)
    said = [f"{nodes.get(Step.DONE, 0):,} of {count(total, 'node')} done"]
    said += [f"{number:,} {words}" for step, words in WORDS.items() if (number := nodes.get(step, 0))]
    return ", ".join(said)


WORDS = {Step.GOING: "at work", Step.FAILED: "failed", Step.UNKNOWN: "not known", Step.PASSED: "accepted unknown"}


def _pieces(nodes: Mapping[Step, int]) -> list[Piece]:
    total, at, found = sum(nodes.values()), 0.0, []
    for step in (Step.DONE, Step.PASSED, Step.FAILED, Step.UNKNOWN, Step.GOING, Step.WAITING, Step.SKIPPED):
        if number := nodes.get(step, 0):
            width = 100 * number / total
            found.append(Piece(step, STEPS[step], number, round(at, 3), round(width, 3)))
            at += width
    return found
