"""What a preset with a guard says in its output. A node wrote it: what does not fit says nothing."""

import re
from dataclasses import dataclass
from enum import StrEnum

MOST_PORTS, MOST_KEYS = 4, 8
_ARMED = re.compile(r"^hb: applied, and taken back at \S+ \S+ UTC unless job \S+ is confirmed$", re.M)
_DOOR = re.compile(r"^hb: sshd on port (\d{1,5}) has the key ([a-z0-9@.-]{3,60} [A-Za-z0-9+/=]{20,1024})$", re.M)
_STATE = re.compile(r"^hb: job (\S+) is (\S+) since ", re.M)


class Outcome(StrEnum):
    """As the guard on the node names it."""

    CONFIRMED = "confirmed"
    TAKEN_BACK = "taken_back"
    ROLLED_BACK = "rolled_back"
    FAILED = "rollback-FAILED"


@dataclass(frozen=True, slots=True)
class Said:
    is_armed: bool
    doors: dict[str, list[str]]


def of_apply(output: str) -> Said:
    doors: dict[str, list[str]] = {}
    for port, key in _DOOR.findall(output):
        keys = doors.setdefault(port, []) if port in doors or len(doors) < MOST_PORTS else []
        if 0 < int(port) < 65536 and len(keys) < MOST_KEYS:
            keys.append(key)
    return Said(_ARMED.search(output) is not None, {port: keys for port, keys in doors.items() if keys})


def of_status(output: str, job_id: str) -> Outcome | None:
    """None while it is still armed, or at work."""
    words = [word for job, word in _STATE.findall(output) if job == job_id]
    return Outcome(words[-1]) if words and words[-1] in list(Outcome) else None
