"""The file itself: small, static, and in need of nothing but a kernel."""

import os
import shutil
import subprocess
import zipfile

import pytest

from hyprwire import __version__
from tests.executable.making import build, into
from tests.program import EXECUTABLE

EMPTY = """
mount --bind "$1" "$1"
mkdir -p "$1/proc" "$1/dev/shm" "$1/tmp"
chmod 1777 "$1/tmp"
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
touch "$1/dev/null"
mount --bind /dev/null "$1/dev/null"
shift
exec chroot --userspec=65532:65532 "$@"
"""


def in_a_tree(tree, *words, **settings):
    """With nothing in it but what the test has put there, and what every container has; as a user that nobody knows."""
    command = ["unshare", "--mount", "--pid", "--fork", "bash", "-ec", EMPTY, "tree", str(tree), str(tree), *words]
    return subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **settings})


@pytest.fixture
def empty(tmp_path):
    shutil.copy(EXECUTABLE, tmp_path / "hyprnode")
    tmp_path.chmod(0o755)
    return tmp_path


def test_it_is_small_and_static():
    assert EXECUTABLE.stat().st_size <= 8_500_000
    assert "statically linked" in subprocess.run(["file", EXECUTABLE], capture_output=True, text=True).stdout


def test_it_runs_in_an_empty_tree(empty):
    ran = in_a_tree(empty, "/hyprnode", "version")

    assert (ran.returncode, ran.stdout) == (0, f"hyprnode {__version__}\n"), ran.stderr


def test_it_scans_in_an_empty_tree(empty):
    ran = in_a_tree(empty, "/hyprnode", "scan", "--json", HYPRBOX_STATE_DIR="/tmp")

    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr


def test_nothing_of_where_it_was_made_is_in_it():
    content = EXECUTABLE.read_bytes()
    with zipfile.ZipFile(EXECUTABLE) as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
        assert {entry.date_time for entry in archive.infolist()} == {(2025, 1, 1, 0, 0, 0)}

    for trace in (os.path.expanduser("~").encode() + b"/.cache", os.getcwd().encode(), b"/tmp/hyprbox-agent-"):
        assert trace not in content
        assert trace not in inside


def test_variables_of_pythons_own_change_nothing(empty):
    (empty / "evil.py").write_text("raise SystemExit('evil')")
    evil = {"PYTHONPATH": "/", "PYTHONSTARTUP": "/evil.py", "PYTHONHOME": "/", "PYTHONINSPECT": "1"}

    assert in_a_tree(empty, "/hyprnode", "version", **evil).stdout == f"hyprnode {__version__}\n"


def test_made_again_by_somebody_with_another_umask_it_is_the_same(tmp_path):
    before = os.umask(0o077)
    try:
        with into(tmp_path):
            again = build.build(build.runtime.BUILDS_ON, tmp_path)
    finally:
        os.umask(before)

    assert again.read_bytes() == EXECUTABLE.read_bytes()
    assert again.stat().st_mode & 0o777 == 0o755
