import pytest

from tests.host.conftest import debian  # noqa: F401 - a fixture
from tests.survival.stage import set_up


@pytest.fixture(scope="module")
def stage(debian, memory_folder):  # noqa: F811
    with set_up(debian, memory_folder) as stage:
        yield stage
