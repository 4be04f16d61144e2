"""Four jobs, each in another phase of its life when something happens to it, and what each prints when nothing does."""

import hashlib
from dataclasses import dataclass

EXIT_CODE = 7
RAN = 'echo "$HYPRBOX_JOB_ID" >>/stage/ran\n'  # outside of the box, where a job that runs twice is found out
PRINTED = 300


@dataclass(frozen=True)
class Phase:
    """`begun` is what it has printed when it is where we want it; None for one that we catch while it starts."""

    name: str
    node_id: str
    script: str
    whole: str
    begun: str | None

    @property
    def sha256(self) -> str:
        return sha256(self.whole)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


LINES = [f"line {number} {'x' * 60}\n" for number in range(PRINTED)]

PHASES = (
    Phase("starting", "eu-1", f"{RAN}echo begun; sleep 1; echo over; exit {EXIT_CODE}", "begun\nover\n", None),
    Phase(
        "printing",
        "eu-2",
        f"{RAN}x=$(printf 'x%.0s' {{1..60}}); for ((n = 0; n < {PRINTED}; n++)); do echo line $n $x; sleep 0.01; done; "
        f"exit {EXIT_CODE}",
        "".join(LINES),
        "line 20 ",
    ),
    Phase("silent", "eu-3", f"{RAN}echo begun; sleep 4; echo over; exit {EXIT_CODE}", "begun\nover\n", "begun"),
    Phase(
        "finishing",
        "eu-4",
        f"{RAN}echo begun; until [ -e /stage/go ]; do sleep 0.01; done; echo last words; exit {EXIT_CODE}",
        "begun\nlast words\n",
        "begun",
    ),
)
NODES = [phase.node_id for phase in PHASES]
