"""What ran is written down so that nobody changes it unseen."""

import errno
import json
import os

import pytest

from hyprnode.jobs import ledger
from hyprnode.jobs.ledger import NO_HASH, Head, Ledger


@pytest.fixture
def book(tmp_path):
    book = Ledger(tmp_path)
    for number in range(3):
        book.note("started", job=f"job-{number}", by="ada")
    return book


def test_each_line_follows_from_the_one_before(book):
    lines = [json.loads(line) for line in book.path.read_text().splitlines()]

    assert [line["seq"] for line in lines] == [1, 2, 3]
    assert [line["prev"] for line in lines] == [NO_HASH, lines[0]["hash"], lines[1]["hash"]]
    assert book.head() == Head(3, lines[2]["hash"])
    assert book.broken_at() is None
    assert book.path.stat().st_mode & 0o777 == 0o600


def test_a_new_one_starts_from_nothing(tmp_path):
    assert Ledger(tmp_path).head() == Ledger(tmp_path).told() == Head(0, NO_HASH)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_line_that_was_changed_is_found(book, number):
    book.path.write_text(book.path.read_text().replace(f"job-{number - 1}", "job-x"))
    assert book.broken_at() == number


def test_a_line_that_was_taken_out_is_found(book):
    first, _, third = book.path.read_text().splitlines(keepends=True)
    book.path.write_text(first + third)
    assert book.broken_at() == 2


def test_a_line_that_a_power_cut_left_half_is_none(book):
    with book.path.open("ab") as file:
        file.write(b'{"seq":4,"at":"20')
    book.note("ended", job="job-2", exit=3)

    assert book.head().seq == 4
    assert book.broken_at() is None


def test_nobody_is_told_of_a_line_that_a_power_cut_may_still_take_back(book):
    """Or the journal would be shorter afterwards than it was said to be, as if somebody had changed it."""
    line = book.write("started", job="job-3")
    assert book.told() is None
    book.keep(line)
    assert book.told() == book.head()
    assert book.head().seq == 4


def test_a_line_whose_writer_has_ended_is_told_of_once_it_is_on_the_disk(book, monkeypatch):
    """It was killed between the word and the disk, or the disk refused."""
    os.close(book.write("started", job="job-3"))
    on_disk = []
    monkeypatch.setattr(os, "fsync", lambda file: on_disk.append(os.fstat(file).st_ino))
    assert book.told() == book.head()
    assert on_disk == [book.path.stat().st_ino]

    def refuse(file):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    assert book.told() is None


def test_the_chain_goes_on_in_a_new_file(book, monkeypatch):
    monkeypatch.setattr(ledger, "LARGEST", 100)
    book.note("started", job="job-3")  # the last one of this file
    monkeypatch.undo()
    assert book.head().seq == 4
    book.note("started", job="job-4")

    assert len(book.path.read_text().splitlines()) == 1
    assert book.head().seq == 5
    assert book.broken_at() is None


def test_a_disk_that_takes_no_more_stops_nobody(tmp_path, capsys):
    Ledger(tmp_path / "nowhere").note("started", job="job-1")
    assert "ledger error" in capsys.readouterr().err


def test_a_job_is_written_down_with_who_asked_and_how_it_ended(full_api, start, tmp_path):
    full_api.run("exit 3", createdBy="ada")
    start(full_api)
    full_api.ended()
    full_api.wait_for(lambda: len(Ledger(tmp_path / "state").path.read_text().splitlines()) == 2)

    began, ended = map(json.loads, (tmp_path / "state/ledger.jsonl").read_text().splitlines())
    assert (began["what"], began["job"], began["by"]) == ("started", "job-1", "ada")
    assert len(began["sha256"]) == 64
    assert (ended["what"], ended["reason"], ended["exit"]) == ("ended", "exit", 3)
    assert [ended[name] for name in ("job", "run", "by", "sha256")] == [
        began[name] for name in ("job", "run", "by", "sha256")
    ]
    full_api.wait_for(lambda: full_api.asked("heartbeat")[-1].body.get("journal_head") == ended["hash"])
