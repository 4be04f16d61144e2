"""A booted Debian for who asks for one. Root is needed for that; where tests must not be skipped, they fail without."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.host.box import Box
from tests.host.tree import tree


@pytest.fixture(scope="session")
def debian():
    """The folder with the tree that all boxes share."""
    if os.geteuid() != 0:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse("a booted Debian needs root: run this as root")
    return tree()


@pytest.fixture
def box(debian, memory_folder):
    with booted(debian, memory_folder) as box:
        yield box


@pytest.fixture(scope="module")
def shared_box(debian, memory_folder):
    """For tests that leave no trace in it."""
    with booted(debian, memory_folder) as box:
        yield box


@contextmanager
def booted(debian, memory_folder, *options):
    box = Box(debian, Path(tempfile.mkdtemp(prefix="box-", dir=memory_folder)), *options)
    try:
        box.boot()
        try:
            yield box
        finally:
            box.switch_off()  # shutting it down is as much work as booting it
    finally:
        box.discard()
