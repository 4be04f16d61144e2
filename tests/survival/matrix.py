"""The matrix: four jobs in four phases of their lives, one thing that happens to all of them, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.survival.faults import Fault, settle
from tests.survival.scripts import EXIT_CODE, PHASES, Phase, sha256
from tests.survival.stage import Stage

SPOOL = "/spool"
PATIENCE = 240
LEFT_OUT = "bytes are left out here]"


@dataclass(frozen=True)
class Cell:
    """`wrong` is why it is not as it must be."""

    fault: str
    phase: str
    job_id: str
    state: str
    reason: str | None
    exit_code: int | None
    sha256: str
    runs: int
    said: str | None
    wrong: str | None

    @property
    def output(self) -> str:
        return self.sha256[:12]


def furnish(stage: Stage) -> None:
    """Four agents in the box, each with a spool of its own."""
    for phase in PHASES:
        stage.box.run(f"mkdir -p -m 0700 {SPOOL}/{phase.node_id}")
        stage.start_agent(phase.node_id, HYPRBOX_SPOOL_DIR=f"{SPOOL}/{phase.node_id}", HYPRBOX_SCAN_INTERVAL="1h")
    settle(stage)


def run(stage: Stage, fault: Fault) -> list[Cell]:
    (stage.folder / "go").unlink(missing_ok=True)
    with fault.prepared(stage):
        jobs = {}
        for phase in PHASES[1:]:
            jobs[phase.name] = stage.queue(phase.node_id, phase.script)
        for phase in PHASES[1:]:
            stage.printed(jobs[phase.name], phase.begun or "")

        def go() -> None:
            starting = PHASES[0]
            jobs[starting.name] = stage.queue(starting.node_id, starting.script)
            (stage.folder / "go").touch()

        fault.strike(stage, go)
        return list(outcome(stage, fault, jobs))


def outcome(stage: Stage, fault: Fault, jobs: dict[str, str]) -> Iterator[Cell]:
    for phase in PHASES:
        job = stage.ended(jobs[phase.name], seconds=PATIENCE)
        output = stage.output(job["id"])
        runs = (stage.folder / "ran").read_text().split().count(job["id"])
        yield Cell(
            fault=fault.name,
            phase=phase.name,
            job_id=job["id"],
            state=job["state"],
            reason=job["reason"],
            exit_code=job["exitCode"],
            sha256=sha256(output),
            runs=runs,
            said=job["errorMsg"],
            wrong=judge(fault.name, phase, job, output, runs),
        )


def judge(fault: str, phase: Phase, job, output: str, runs: int) -> str | None:
    """What a job ends as is told by what happened to it, and nothing else is right."""
    if runs > 1:
        return f"it ran {runs} times"
    if job["state"] == "FAILED" and job["exitCode"] == EXIT_CODE:
        return judge_output(fault, phase, output) if runs == 1 else "it ended and never ran"
    if fault == "machine reset" and (job["state"], job["reason"]) == ("LOST", "reboot"):
        return None if phase.whole.startswith(output) else "what is known of its output is not what it printed"
    if phase.name == "starting" and runs == 0 and job["state"] in ("LOST", "FAILED"):
        if fault in ("agent SIGKILL", "agent restart", "machine reset") and job["reason"] == "agent_lost":
            return None if not output else "it printed something and never ran"
        if fault == "spool full" and job["reason"] == "spawn_error" and job["errorMsg"]:
            return None
    return f"it ended as {job['state']}, {job['reason']}, exit code {job['exitCode']}: {job['errorMsg']}"


def judge_output(fault: str, phase: Phase, output: str) -> str | None:
    if output == phase.whole:
        return None
    start, marker, end = output.partition("\n[hyprnode: ")
    count, _, newest = end.partition(LEFT_OUT + "\n")
    is_stated = bool(marker) and count.strip().isdigit()
    if fault == "spool full" and is_stated and phase.whole.startswith(start) and phase.whole.endswith(newest):
        missing = len(phase.whole) - len(start) - len(newest)
        return None if missing == int(count) else f"{missing} bytes are missing, {count} are said to be"
    return f"{len(output)} bytes arrived, expected {len(phase.whole)}"
