"""Files are written whole, remembered before, put back as they were, and nobody's trap is walked into."""

import os

import pytest

from tests.presets import demo
from tests.presets.machine import NOBODY

NEW = "printf 'new\\n' | write_file"
FILE = "/etc/demo.conf"
BACKUPS = "/var/lib/hyprbox-presets"


def run(machine, tmp_path, apply, **more):
    return machine.run(demo.script(tmp_path, apply=apply, **{"check": "true", "verify": "true"} | more))


def test_a_file_that_is_right_already_is_not_touched(machine, tmp_path):
    path = machine.write(FILE, "new\n")
    before = path.stat()

    ended = run(machine, tmp_path, f"{NEW} {FILE}")

    assert ended.said == ["applied"]
    assert (path.stat().st_ino, path.stat().st_ctime_ns) == (before.st_ino, before.st_ctime_ns)


def test_a_file_keeps_its_owner_and_its_mode(machine, tmp_path):
    path = machine.write(FILE, "old\n", mode=0o640)
    os.chown(path, 0, NOBODY)

    run(machine, tmp_path, f"{NEW} {FILE}")

    assert (path.read_text(), path.stat().st_mode & 0o777, path.stat().st_gid) == ("new\n", 0o640, NOBODY)


def test_the_mode_that_is_asked_for_is_set(machine, tmp_path):
    path = machine.write(FILE, "new\n", mode=0o644)
    run(machine, tmp_path, f"{NEW} {FILE} 0600")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_new_file_is_for_everybody_to_read(machine, tmp_path):
    run(machine, tmp_path, f"{NEW} {FILE}")
    assert machine.path(FILE).stat().st_mode & 0o777 == 0o644


def test_content_stays_as_it_is_to_the_last_line_break(machine, tmp_path):
    run(machine, tmp_path, f"printf ' a\\\\n\\n\\n' | write_file {FILE}")
    assert machine.path(FILE).read_text() == " a\\n\n\n"


def on_a_small_disk(script):
    """/etc/small has 16 KiB; afterwards its files and what is in them."""
    return f"""mkdir /etc/small; mount -t tmpfs -o size=16k,mode=755 none /etc/small; echo old >/etc/small/demo.conf
( {script} ); code=$?; grep -r . /etc/small; exit $code"""


def test_a_full_disk_leaves_the_old_file_and_no_draft(machine, tmp_path):
    apply = "printf '%020000d' 7 | write_file /etc/small/demo.conf"
    ended = machine.run(on_a_small_disk(demo.script(tmp_path, check="true", apply=apply)))

    assert ended.code == 30
    assert ended.said[-1] == "apply failed, taken back"
    assert ended.output.endswith("\n/etc/small/demo.conf:old\n")


def test_a_line_of_the_manifest_that_a_full_disk_cut_counts_for_nothing(machine, tmp_path):
    run(machine, tmp_path, f"{NEW} {FILE}")
    with machine.path(f"{BACKUPS}/job-1/manifest").open("a") as manifest:
        manifest.write("F /etc/host")

    assert machine.run(demo.script(tmp_path, "revert")).code == 0
    assert not machine.path(FILE).exists()


def test_revert_puts_back_all_that_apply_did(machine, tmp_path):
    machine.write("/etc/a file", "old\n", mode=0o600)
    machine.write("/etc/gone", "old\n")
    before = machine.tree("/etc")
    twice = f"{NEW} '/etc/a file' 0644; echo newer | write_file '/etc/a file'"
    assert run(machine, tmp_path, f"{twice}; {NEW} /etc/new.d/deep/x.conf; backup /etc/gone; S rm /etc/gone").code == 0
    assert machine.tree("/etc") != before

    machine.run(demo.script(tmp_path, "revert"))

    assert machine.tree("/etc") == before


def test_a_folder_that_others_use_by_now_stays(machine, tmp_path):
    run(machine, tmp_path, f"{NEW} /etc/new.d/x.conf")
    machine.write("/etc/new.d/theirs.conf", "")

    assert machine.run(demo.script(tmp_path, "revert")).code == 0
    assert [path.name for path in machine.path("/etc/new.d").iterdir()] == ["theirs.conf"]


def test_a_revert_that_cannot_put_one_file_back_says_so_and_puts_back_the_others(machine, tmp_path):
    machine.write("/etc/a", "old\n")
    machine.write("/etc/b", "old\n")
    run(machine, tmp_path, f"{NEW} /etc/a && {NEW} /etc/b")
    machine.path(f"{BACKUPS}/job-1/files/etc/b").unlink()

    ended = machine.run(demo.script(tmp_path, "revert"))

    assert ended.code == 32
    assert (machine.path("/etc/a").read_text(), machine.path("/etc/b").read_text()) == ("old\n", "new\n")
    assert machine.path(f"{BACKUPS}/job-1/manifest").exists()


def test_what_is_remembered_is_for_root_alone(machine, tmp_path):
    machine.write(FILE, "secret\n")
    run(machine, tmp_path, f"{NEW} {FILE}")
    for name in (BACKUPS, f"{BACKUPS}/job-1"):
        assert machine.path(name).stat().st_mode & 0o777 == 0o700


CHANGES = {
    "its content": lambda path: path.write_text("theirs\n"),
    "its mode": lambda path: path.chmod(0o600),
    "its owner": lambda path: os.chown(path, 0, NOBODY),
    "that it is there": lambda path: path.unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_file_that_somebody_changed_since_is_not_reverted(machine, tmp_path, change):
    run(machine, tmp_path, f"{NEW} /etc/other.conf; {NEW} {FILE}")
    change(machine.path(FILE))
    theirs = machine.tree("/etc")

    ended = machine.run(demo.script(tmp_path, "revert"))

    sentence = f"{FILE} was changed after job job-1, expected it as that job left it: take it back by hand"
    assert (ended.code, ended.said) == (27, [sentence])
    assert machine.tree("/etc") == theirs


def test_a_mode_and_an_owner_are_put_back(machine, tmp_path):
    for name in ("file", "folder/x"):
        os.chown(machine.write(f"/etc/{name}", "", mode=0o4755), 0, NOBODY)
    machine.path("/etc/folder").chmod(0o2755)
    before = machine.tree("/etc")
    names = "/etc/file /etc/folder /etc/folder/x"

    run(machine, tmp_path, f"remember_mode {names}; S chmod 0600 {names}; S chown 0:0 {names}; remember_mode {names}")
    assert machine.tree("/etc") != before
    assert machine.run(demo.script(tmp_path, "revert")).code == 0

    assert machine.tree("/etc") == before


def test_a_mode_that_somebody_changed_since_is_not_reverted(machine, tmp_path):
    machine.write(FILE, "")
    run(machine, tmp_path, f"remember_mode {FILE}; S chmod 0600 {FILE}")
    machine.path(FILE).chmod(0o640)
    assert machine.run(demo.script(tmp_path, "revert")).code == 27


def test_a_value_is_kept_for_the_revert(machine, tmp_path):
    run(machine, tmp_path, "printf 'a\nb c\n' | keep values")

    ended = machine.run(demo.script(tmp_path, "revert", revert="kept values; restore"))

    assert (ended.code, ended.output) == (0, "a\nb c\nhb: taken back\n")


@pytest.mark.parametrize(
    "mark",
    [
        "# Ansible managed",
        "# This file is managed by Puppet. DO NOT EDIT.",
        "# HEADER: written by puppet",
        "# Managed by SaltStack",
        "# Generated by Chef for web-3",
    ],
)
@pytest.mark.parametrize("mode", ["plan", "apply"])
def test_a_file_of_another_tool_is_refused(machine, tmp_path, mark, mode):
    machine.write(FILE, f"#\n{mark}\nPort 22\n")
    ended = machine.run(demo.script(tmp_path, mode, check="true", apply=f"{NEW} {FILE}"))

    assert ended.code == 27
    assert ended.said[-1].startswith(f"{FILE} says '")
    assert machine.path(FILE).read_text().endswith("Port 22\n")


@pytest.mark.parametrize(
    "prepare",
    [
        "os.chown(folder, 65534, 0)",
        "folder.chmod(0o777)",
        "folder.chmod(0o1777)",
        "folder.chmod(0o775) or os.chown(folder, 0, 65534)",
    ],
)
def test_root_writes_only_where_nobody_else_can(machine, tmp_path, prepare):
    folder = machine.write("/var/theirs/sub/x", "").parent.parent
    eval(prepare, {"os": os, "folder": folder})

    ended = run(machine, tmp_path, f"{NEW} /var/theirs/sub/demo.conf")

    sentence = "/var/theirs is open to others than root, expected that only root can put things there"
    assert (ended.code, ended.said[-1]) == (27, sentence)
    assert not machine.path("/var/theirs/sub/demo.conf").exists()


@pytest.mark.parametrize("name", ["/etc/link/demo.conf", "/etc/../etc/demo.conf", "demo.conf"])
def test_a_way_that_is_not_the_real_one_is_refused(machine, tmp_path, name):
    machine.path("/etc/link").symlink_to("/etc")
    assert run(machine, tmp_path, f"{NEW} {name}").code == 27


def test_a_link_in_place_of_the_file_is_refused(machine, tmp_path):
    machine.write("/etc/shadow", "root:*\n")
    machine.path(FILE).symlink_to("/etc/shadow")

    ended = run(machine, tmp_path, f"{NEW} {FILE}")

    assert (ended.code, ended.said[-1]) == (27, f"{FILE} is not a plain file, expected a file and no link")
    assert machine.path("/etc/shadow").read_text() == "root:*\n"


def test_a_memory_that_others_can_write_to_is_not_believed(machine, tmp_path):
    """Else who owns it writes a manifest and has root put any file anywhere."""
    machine.write(f"{BACKUPS}/job-1/manifest", "F /etc/passwd\n")
    machine.write(f"{BACKUPS}/job-1/files/etc/passwd", "mine::0:0::/:/bin/sh\n")
    os.chown(machine.path(BACKUPS), NOBODY, NOBODY)

    ended = machine.run(demo.script(tmp_path, "revert"))

    assert ended.code == 27
    assert f"{BACKUPS} is open to others than root" in ended.output
    assert machine.path("/etc/passwd").read_text().startswith("root:x:0:0:")


def test_a_link_laid_for_the_backup_is_not_followed(machine, tmp_path):
    machine.path(BACKUPS).symlink_to("/etc")
    machine.write(FILE, "old\n")

    assert run(machine, tmp_path, f"{NEW} {FILE}").code == 27
    assert not machine.path("/etc/job-1").exists()
    assert machine.path(FILE).read_text() == "old\n"


def test_a_pipe_in_place_of_somebodys_keys_keeps_nobody_waiting(machine, tmp_path):
    machine.path("/root/.ssh").mkdir(parents=True)
    os.mkfifo(machine.path("/root/.ssh/authorized_keys"))
    machine.program("timeout", '#!/bin/bash\nshift\nexec /usr/bin/timeout 0.5 "$@"\n')  # its 5 s are long
    ended = run(machine, tmp_path, "has_ssh_key root 0 /root .ssh/authorized_keys || say 'no key'")
    assert ended.said == ["no key", "applied"]
