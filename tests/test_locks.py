"""Every version is pinned once: what the control plane installs is what is tested here."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def pins(name):
    words = (ROOT / name).read_text().split()
    return {word for word in words if re.match(r"[\w.\[\]-]+==|--hash=", word)}


def test_the_control_planes_lock_is_a_part_of_the_one_that_is_tested():
    assert pins("requirements.server.lock") <= pins("requirements.lock"), "`make lock` renews both"
