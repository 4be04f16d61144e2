"""`python -m tests.survival`: the whole matrix, with a booted Debian; its table goes to the docs."""

import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import MEMORY
from tests.host.tree import tree
from tests.survival import matrix
from tests.survival.faults import FAULTS
from tests.survival.matrix import Cell
from tests.survival.scripts import EXIT_CODE, PHASES
from tests.survival.stage import set_up

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "survival.md"


def main(names: Sequence[str]) -> int:
    """All faults when none is named; only a whole run is written down."""
    cells: list[Cell] = []
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="survival-", dir=MEMORY) as folder,
        set_up(tree(), Path(folder)) as stage,
    ):
        matrix.furnish(stage)
        for fault in FAULTS:
            if not names or any(name in fault.name for name in names):
                cells += matrix.run(stage, fault)
                print("\n".join(map(row, cells[-len(PHASES) :])), flush=True)
    wrong = [cell for cell in cells if cell.wrong]
    print(f"{len(cells)} cells, {len(wrong)} wrong, {time.monotonic() - begun:.0f} s")
    if not names:
        PAGE.write_text(page(cells, time.monotonic() - begun))
    return 1 if wrong else 0


def page(cells: Sequence[Cell], seconds: float) -> str:
    expected = "\n".join(f"| {phase.name} | {len(phase.whole)} | `{phase.sha256[:12]}` |" for phase in PHASES)
    return f"""\
<!-- Written by `make survival`, which runs it all; do not change it by hand. -->

# What a job survives

Written by the run of {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, which took {seconds:.0f} s. A real control plane,
a cable, and a booted Debian 12 with an agent for each phase as a service; what happens is done from outside, to all
four at once. Each job ends with exit code {EXIT_CODE} by itself, and writes down outside of the box that it ran.

| phase | bytes it prints | their SHA-256 |
| --- | --- | --- |
{expected}

What must come out: the true exit code and all the output, once. After a reset of the machine: LOST, by reason
`reboot`, with the output that is known. A job that is caught while it starts may also be given back as never started,
and then has not run. On a full spool a job is refused a start in a sentence, or says how much of its output is
left out.

| what happened | to a job that was | state | reason | exit code | SHA-256 of its output | ran | job | right |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(map(row, cells))}
"""


def row(cell: Cell) -> str:
    code = "" if cell.exit_code is None else str(cell.exit_code)
    right = "yes" if cell.wrong is None else f"**no: {cell.wrong}**"
    facts = [cell.fault, cell.phase, cell.state, cell.reason or "", code, f"`{cell.output}`", str(cell.runs)]
    return "| " + " | ".join([*facts, f"`{cell.job_id}`", right]) + " |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
