"""What scanners see. (nodeId, type, key) names a finding for life; what changes belongs in message and metadata."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hyprwire.names import check_name, check_node_id
from hyprwire.thresholds import Taken


class Severity(StrEnum):
    INFO = "INFO"
    WARN = "WARN"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`key` is what the operator configured or would recognise; metadata keys are camelCase."""

    type: str
    key: str
    severity: Severity
    message: str
    metadata: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_name("type", self.type)
        check_name("key", self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerRun:
    """One scanner's part in a scan: only `types` that it examined in full are resolved by their absence.

    `off`: it did not look, somebody has switched it off. What it found before is out of sight, and not fixed.
    """

    name: str
    ok: bool = True
    types: list[str] = field(default_factory=list)
    unexamined: list[str] = field(default_factory=list)
    ms: float = 0
    error: str | None = None
    off: bool = False

    def __post_init__(self) -> None:
        check_name("scanner name", self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Which look at the node a report belongs to; `seq` grows, `final` says that nothing more of it follows.

    `settings` are those of the control plane that it looked by, where the control plane offers any.
    """

    id: str
    seq: int
    final: bool = True
    jobId: str | None = None
    startedAt: str | None = None
    endedAt: str | None = None
    scanners: list[ScannerRun] = field(default_factory=list)
    settings: Taken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingReport:
    nodeId: str
    findings: list[Finding]
    scan: Scan | None = None

    def __post_init__(self) -> None:
        check_node_id("nodeId", self.nodeId)
