"""The journal: what an agent leaves for its successor."""

from dataclasses import replace

import pytest

from hyprnode.jobs import journal as journals
from hyprnode.jobs.journal import Entry, Journal, Stage, file_name
from hyprwire import Completion, Reason

ENTRY = Entry(id="job-1", stage=Stage.TAKEN, boot="b", tail=1024, runId="r", leaseSeconds=90.0, rescan=["tls"])
SPAWNED = replace(ENTRY, stage=Stage.SPAWNED)
DONE = Completion(exitCode=3, reason=Reason.EXIT, output="last words", offset=7)


@pytest.fixture
def journal(tmp_path):
    (tmp_path / "jobs").mkdir()
    return Journal([tmp_path / "jobs"])


def test_an_entry_is_there_for_the_next_agent(journal):
    journal.write(ENTRY)

    assert Journal(journal.directories).entries() == [ENTRY]
    journal.drop(ENTRY)
    assert Journal(journal.directories).entries() == []


def test_the_last_step_that_is_whole_counts(journal):
    journal.write(ENTRY)
    journal.go_on(SPAWNED)
    assert journal.entries() == [SPAWNED]

    (file,) = journal.directories[0].glob("*.json")
    file.write_bytes(file.read_bytes()[:-20])
    assert journal.entries() == [ENTRY]


def test_a_step_that_went_elsewhere_counts_more_than_the_one_before(tmp_path):
    for name in ("disk", "memory"):
        (tmp_path / name).mkdir()
    Journal([tmp_path / "disk"]).write(ENTRY)
    Journal([tmp_path / "memory"]).write(SPAWNED)

    assert Journal([tmp_path / "disk", tmp_path / "memory"]).entries() == [SPAWNED]


def test_of_what_a_disk_did_not_take_whole_nothing_stays(tmp_path, monkeypatch):
    """The next step goes to the same file: after half a line nobody could read it."""
    for name in ("disk", "memory"):
        (tmp_path / name).mkdir()
    journal = Journal([tmp_path / "disk", tmp_path / "memory"])
    with monkeypatch.context() as patch:
        patch.setattr(journals, "_write_through", half_on_disk(journals._write_through))
        journal.write(ENTRY)
    journal.go_on(SPAWNED)

    assert journal.entries() == [SPAWNED]


def test_a_half_that_a_power_cut_left_is_written_anew(journal):
    (journal.directories[0] / "job-1.json").write_text('{"id":"job-')
    journal.write(ENTRY)

    assert journal.entries() == [ENTRY]


def half_on_disk(write):
    def half(path, how, content):
        if "disk" in path.parts:
            write(path, how, content[:20])
            raise OSError(28, "No space left on device")
        write(path, how, content)

    return half


def test_what_cannot_be_read_is_no_entry(journal):
    (journal.directories[0] / "broken.json").write_text("{")

    assert journal.entries() == []


def test_a_job_that_is_done_is_remembered_without_its_output(journal):
    journal.remember("job-1", DONE)

    known = Journal(journal.directories).known("job-1").completion
    assert (known.exitCode, known.reason, known.output, known.offset) == (3, Reason.EXIT, "", None)
    assert journal.known("job") is None


def test_only_the_newest_are_remembered(journal, monkeypatch):
    monkeypatch.setattr(journals, "LARGEST_DONE", 20_000)
    monkeypatch.setattr(journals, "REMEMBERED", 10)
    for number in range(100):
        journal.remember(f"job-{number}", DONE)

    assert journal.known("job-99")
    assert journal.known("job-0") is None
    assert (journal.directories[0] / journals.DONE).stat().st_size < 25_000


def test_what_one_place_does_not_take_another_does(tmp_path):
    (tmp_path / "full").write_text("no directory")
    (tmp_path / "spare").mkdir()
    journal = Journal([tmp_path / "full", tmp_path / "spare"])
    journal.write(ENTRY)
    journal.remember("job-0", DONE)

    assert journal.entries() == [ENTRY]
    assert journal.known("job-0")
    assert [path.name for path in (tmp_path / "spare").glob("*.json")] == ["job-1.json"]


@pytest.mark.parametrize("job_id", ["../../etc/passwd", "a/b", "", "a" * 65, ".", "\u00e4", "a\0b", "x y"])
def test_an_id_from_elsewhere_never_becomes_a_path(job_id):
    assert file_name(job_id).startswith("sha256-")
    assert len(file_name(job_id)) == 71


def test_an_ordinary_id_is_its_own_name():
    assert file_name("0b6f-4A") == "0b6f-4A"
