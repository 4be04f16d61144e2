"""The agent that the tests start: this checkout's, or the executable that HYPRNODE_EXECUTABLE names."""

import os
import sys
from pathlib import Path

EXECUTABLE = Path(os.environ["HYPRNODE_EXECUTABLE"]).resolve() if os.environ.get("HYPRNODE_EXECUTABLE") else None
AGENT = [str(EXECUTABLE)] if EXECUTABLE else [sys.executable, "-m", "hyprnode"]
