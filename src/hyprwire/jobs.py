"""What a node is told to run, and what it says of it."""

from dataclasses import dataclass, field
from enum import StrEnum

TIMEOUT_SECONDS = 1800
KILL_GRACE_SECONDS = 10
MAX_OUTPUT_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`leaseSeconds` is there when the API counts on pings; `rescan` names the scanners to run when it has ended.

    `redact` names variables of `env` whose values must not appear in the output, `waitFor` what must not be locked by
    somebody else when it starts: `dpkg`. `createdBy` is who asked for it.
    """

    id: str
    script: str
    timeoutSeconds: float = TIMEOUT_SECONDS
    killGraceSeconds: float = KILL_GRACE_SECONDS
    env: dict[str, str] = field(default_factory=dict)
    maxOutputBytes: int = MAX_OUTPUT_BYTES
    leaseSeconds: float | None = None
    rescan: list[str] = field(default_factory=list)
    redact: list[str] = field(default_factory=list)
    waitFor: list[str] = field(default_factory=list)
    expiresAt: str | None = None
    sha256: str | None = None
    signature: str | None = None
    createdBy: str | None = None


class Reason(StrEnum):
    """Why a job ended."""

    EXIT = "exit"
    TIMEOUT = "timeout"
    CANCEL = "cancel"
    SPAWN_ERROR = "spawn_error"
    REFUSED = "refused"
    AGENT_LOST = "agent_lost"
    REBOOT = "reboot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    runId: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """`offset` counts UTF-8 bytes of the stream as sent; without it the API appends.

    `leftOut` bytes before `offset` exist no more on the node and will not come.
    """

    output: str
    offset: int | None = None
    runId: str | None = None
    leftOut: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputAck:
    """A plain API answers nothing of this."""

    nextOffset: int | None = None
    cancel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    """A sign of life of a silent job."""

    runId: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    pid: int
    comm: str
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rusage:
    cpuSeconds: float
    maxRssBytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The end of a job: `exitCode` as bash gives it, 128+N by signal, 137 after a timeout, null when bash never ran."""

    exitCode: int | None = None
    output: str = ""
    offset: int | None = None
    leftOut: int = 0
    errorMsg: str | None = None
    runId: str | None = None
    reason: Reason | None = None
    signal: int | None = None
    startedAt: str | None = None
    finishedAt: str | None = None
    survivors: list[Survivor] = field(default_factory=list)
    rusage: Rusage | None = None
