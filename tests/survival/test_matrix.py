"""A part of the matrix that takes seconds; `make survival` runs all of it and writes docs/reference/survival.md."""

import pytest

from tests.survival import matrix
from tests.survival.faults import FAULTS
from tests.survival.scripts import PHASES

FAST = ("agent SIGKILL", "API SIGKILL", "spool full")


@pytest.fixture(scope="module")
def furnished(stage):
    matrix.furnish(stage)
    return stage


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.name in FAST], ids=lambda fault: fault.name)
def test_whatever_happens_every_byte_and_the_true_exit_code_arrive(furnished, fault):
    cells = matrix.run(furnished, fault)

    assert len(cells) == len(PHASES)
    assert [cell for cell in cells if cell.wrong] == []
