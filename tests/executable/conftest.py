"""What only the executable can show. Collected where HYPRNODE_EXECUTABLE names one, as `make test-agent` does."""

from tests.program import EXECUTABLE

collect_ignore_glob = [] if EXECUTABLE else ["test_*.py"]

from tests.executable.building import buildah  # noqa: E402, F401 - a fixture
from tests.host.conftest import debian  # noqa: E402, F401 - a fixture
