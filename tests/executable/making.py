"""What makes packages and images, as the tests call it: for the executable that is tested, into another folder."""

import sys
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "tools/agent"))

import build
import images
import packages
import release

__all__ = ["build", "images", "into", "packages", "release"]


@contextmanager
def into(folder: Path):
    before, build.DIST = build.DIST, folder
    try:
        yield folder
    finally:
        build.DIST = before
