"""What is sent of a job's output is a function of its raw bytes alone, however it is cut."""

import codecs
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyprnode.jobs.recorder import Recorder
from hyprnode.jobs.spool import Spool
from hyprnode.jobs.stream import Place, Stream

HEAD, TAIL = 64, 32
RAW = st.lists(
    st.sampled_from(
        [b"a", b"\n", "ä".encode(), "€".encode(), "😀".encode(), b"\xff", b"\xe2\x82", b"\xf0\x9f", b"\x80", b"\0"]
    ),
    max_size=40,
).map(b"".join)
CUTS = st.lists(st.integers(1, 30), min_size=1, max_size=30)


def record(directory, raw, head=HEAD, tail=TAIL):
    spool = Spool(str(directory))
    for file in directory.iterdir():
        file.unlink()
    recorder = Recorder(spool, head, tail)
    recorder.write(raw)
    recorder.file.close()
    stream = Stream(spool, tail)
    stream.end(recorder.total)
    return stream


def read(stream, cuts=(7,), start=None):
    """Texts, and where each ended."""
    pieces, place, number = [], start or Place(), 0
    while (piece := stream.piece(place, 4 + cuts[number % len(cuts)])).text:
        pieces.append(piece)
        place, number = piece.end, number + 1
    return pieces


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    return tmp_path_factory.mktemp("spool")


@settings(max_examples=200, deadline=None)
@given(raw=RAW, cuts=CUTS)
def test_however_it_is_cut_it_reads_the_same(directory, raw, cuts):
    stream = record(directory, raw, head=1000)

    pieces = read(stream, cuts)
    assert "".join(piece.text for piece in pieces) == raw.decode("utf-8", "replace")
    for one, following in pairwise(pieces):
        assert one.end == following.start
        assert one.end.offset - one.start.offset == len(one.text.encode())


@settings(max_examples=200, deadline=None)
@given(raw=RAW, offset=st.integers(0, 200))
def test_any_offset_can_be_found_again(directory, raw, offset):
    stream = record(directory, raw)
    whole = "".join(piece.text for piece in read(stream)).encode()
    place = stream.find(offset, Place())

    assert place.offset <= offset
    assert place.offset > min(offset, len(whole)) - 7  # a character, and one that stands for half of another
    assert "".join(piece.text for piece in read(stream, start=place)).encode() == whole[place.offset :]


@settings(max_examples=100, deadline=None)
@given(raw=RAW)
def test_what_was_sent_while_it_ran_is_the_start_of_what_is_sent_at_the_end(directory, raw):
    stream = record(directory, raw)
    running = Stream(stream.spool, TAIL)

    live = "".join(piece.text for piece in read(running))
    assert "".join(piece.text for piece in read(stream)).startswith(live)


@pytest.mark.parametrize("size", [0, HEAD - 1, HEAD, HEAD + 1, HEAD + TAIL])
def test_up_to_the_limit_everything_is_there(directory, size):
    raw = bytes(97 + n % 26 for n in range(size))

    assert "".join(piece.text for piece in read(record(directory, raw))).encode() == raw


@pytest.mark.parametrize("size", [HEAD + TAIL + 1, HEAD + 2 * TAIL, 10 * HEAD + 5])
def test_beyond_it_the_newest_is_there_and_how_much_is_missing(directory, size):
    raw = bytes(97 + n % 26 for n in range(size))
    text = "".join(piece.text for piece in read(record(directory, raw)))

    left_out = size - HEAD - TAIL
    assert text.encode() == raw[:HEAD] + b"\n[hyprnode: %d bytes are left out here]\n" % left_out + raw[-TAIL:]


def test_the_newest_part_starts_with_a_whole_character(directory):
    raw = b"x" * HEAD + "€".encode() * 100
    text = "".join(piece.text for piece in read(record(directory, raw)))

    assert "\ufffd" not in text
    assert text.endswith("here]\n" + "€" * 10)
    assert f"{300 - 30} bytes are left out" in text


def test_without_a_word_from_the_supervisor_it_is_counted_from_the_segments(directory):
    stream = record(directory, b"x" * (HEAD + 5 * TAIL + 3))
    stream.end(None)

    assert f"{4 * TAIL + 3} bytes are left out" in "".join(piece.text for piece in read(stream))


def test_the_decoder_keeps_half_characters_for_later():
    assert codecs.utf_8_decode(b"a\xe2\x82", "replace", False) == ("a", 1)
