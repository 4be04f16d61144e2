"""What a node and the API say to each other, spelled as it is on the wire.

Standard library only: the agent runs these as they are, the server hands them to msgspec.
A field added later has a default, so that old and new versions keep understanding each other.
"""

from hyprwire.findings import Finding, FindingReport, Scan, ScannerRun, Severity
from hyprwire.heartbeat import Heartbeat
from hyprwire.jobs import Acceptance, Completion, Job, Output, OutputAck, Reason, RunningJob, Rusage, Survivor

__version__ = "0.1.0"

__all__ = [
    "Acceptance",
    "Completion",
    "Finding",
    "FindingReport",
    "Heartbeat",
    "Job",
    "Output",
    "OutputAck",
    "Reason",
    "RunningJob",
    "Rusage",
    "Scan",
    "ScannerRun",
    "Severity",
    "Survivor",
    "__version__",
]
