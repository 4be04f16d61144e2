"""Second factors, what is begun at the door, and who comes in by single sign-on."""

import ast
import asyncio
import threading
from datetime import UTC, datetime

import pytest

from hyprbox import sealing
from hyprbox.db import KEY_FILE
from hyprbox.errors import Conflict, Forbidden, Gone, Unauthenticated, Unavailable
from hyprbox.people import doorsteps, factors, keys, passkeys, store, subjects
from hyprbox.people.doorsteps import Kind
from hyprbox.people.model import Role
from tests.cast import NOON, minutes
from tests.test_floors import SRC

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238, appendix B
STEP = int(NOON.timestamp()) // 30
GROUPS = (("box-admins", "admin"), ("ops", "operator"), ("*", "viewer"))


@pytest.fixture
def ada(session):
    person = store.create(session, NOON, "test", "ada", Role.ADMIN)
    session.flush()
    return person


@pytest.fixture
def codes(session, ada):
    return factors.set_up(session, NOON, ada.id, SECRET, factors.code_at(SECRET, STEP))


@pytest.mark.parametrize(
    ("second", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_rfc(second, code):
    at = datetime.fromtimestamp(second, UTC)
    assert factors.matching_step(SECRET, f"{code[:3]} {code[3:]}", at) == second // 30


def test_a_code_of_another_minute_does_not_fit():
    code = factors.code_at(SECRET, STEP)
    assert factors.matching_step(SECRET, code, NOON + minutes(2)) is None
    assert factors.matching_step(SECRET, "", NOON) is None


def test_a_code_is_used_up(session, ada, codes):
    later = NOON + minutes(1)
    code = factors.code_at(SECRET, STEP + 2)
    assert not factors.accept(session, NOON, ada, factors.code_at(SECRET, STEP))  # it has turned the factor on
    assert factors.accept(session, later, ada, code)
    assert not factors.accept(session, later, ada, code)


def test_a_recovery_code_lets_in_once_however_it_is_typed(session, ada, codes):
    assert len(set(codes)) == 10
    assert factors.accept(session, NOON, ada, codes[0].upper().replace("-", " "))
    assert not factors.accept(session, NOON, ada, codes[0])
    assert factors.codes_left(session, ada.id) == 9


def test_a_secret_lies_sealed_and_another_key_opens_it_no_more_but_a_recovery_code_is_good(session, ada, codes):
    assert SECRET not in ada.totp_secret
    assert factors.opened(session, ada.totp_secret) == SECRET
    session.info[KEY_FILE] = session.info[KEY_FILE].with_name("other.key")
    with pytest.raises(Conflict, match="another HYPRBOX_SECRET_KEY_FILE"):
        factors.accept(session, NOON, ada, factors.code_at(SECRET, STEP + 1))
    assert factors.accept(session, NOON, ada, codes[0])


def test_nothing_is_sealed_with_a_key_that_is_none(session, ada):
    session.info[KEY_FILE].write_bytes(b"")
    with pytest.raises(Unavailable, match="holds no private key"):
        factors.set_up(session, NOON, ada.id, SECRET, factors.code_at(SECRET, STEP))
    assert ada.totp_secret is None


def test_what_an_earlier_version_left_in_clear_is_good_and_gets_sealed(session, ada):
    ada.totp_secret = SECRET
    assert factors.accept(session, NOON, ada, factors.code_at(SECRET, STEP))
    for _ in range(2):
        factors.seal_old(session)
    assert sealing.is_sealed(ada.totp_secret)
    assert factors.opened(session, ada.totp_secret) == SECRET


def test_new_recovery_codes_end_the_old_ones(session, ada, codes):
    factors.new_codes(session, NOON, ada)
    assert not factors.accept(session, NOON, ada, codes[0])


def test_recovery_codes_of_somebody_else_do_not_fit(session, ada, codes):
    bo = store.create(session, NOON, "test", "bo", Role.VIEWER)
    bo.totp_secret = SECRET
    session.flush()
    assert not factors.accept(session, NOON, bo, codes[0])


def test_a_factor_is_not_turned_on_with_a_wrong_code(session, ada):
    with pytest.raises(Unauthenticated, match="six digits"):
        factors.set_up(session, NOON, ada.id, SECRET, "000000")
    assert ada.totp_secret is None


def test_a_reset_takes_every_factor_away(session, ada, codes):
    store.reset(session, NOON, "bo", "ada")
    assert ada.totp_secret is None
    assert factors.codes_left(session, ada.id) == 0


def test_what_was_begun_ends_once_in_time_and_as_what_it_was(session):
    step = doorsteps.begin(session, NOON, Kind.CODE, {"person": "p"})
    session.flush()
    with pytest.raises(Gone):
        doorsteps.look(session, NOON, Kind.TOTP, step)
    with pytest.raises(Gone):
        doorsteps.look(session, NOON + minutes(11), Kind.CODE, step)
    assert doorsteps.end(session, NOON, Kind.CODE, step) == {"person": "p"}
    with pytest.raises(Gone):
        doorsteps.end(session, NOON, Kind.CODE, step)


@pytest.mark.parametrize(
    ("url", "found"),
    [("https://box.example.com", "box.example.com"), ("http://127.0.0.1:4000", None), ("http://[::1]:4000", None)],
)
def test_passkeys_are_for_names(url, found):
    assert passkeys.domain(url) == found


@pytest.mark.parametrize(
    ("groups", "role"), [(["ops", "box-admins"], Role.ADMIN), (["ops"], Role.OPERATOR), ([], Role.VIEWER)]
)
def test_the_highest_group_counts(groups, role):
    assert subjects.role_of(GROUPS, groups) == role


def test_without_a_group_nobody_comes_in(session):
    assert subjects.role_of(GROUPS[:2], ["others"]) is None
    with pytest.raises(Forbidden, match="in no group"):
        subjects.arrive(session, NOON, "iss|1", "mallory", None)


def test_somebody_arrives_and_comes_back_with_the_role_of_today(session):
    first = subjects.arrive(session, NOON, "iss|1", "greta", Role.ADMIN)
    again = subjects.arrive(session, NOON, "iss|1", "another name", Role.VIEWER)
    assert (again.id, again.name, again.role) == (first.id, "greta", Role.VIEWER)


@pytest.mark.parametrize("typed", ["Ärne", "ärne", " ÄRNE ", "A\u0308rne", "a\u0308rne"])
def test_whose_name_has_letters_of_their_language_is_found_by_it(session, typed):
    made = store.create(session, NOON, "test", "Ärne", Role.VIEWER)
    session.flush()

    assert store.by_name(session, typed) is made
    with pytest.raises(Conflict, match="exists already"):
        store.create(session, NOON, "test", typed, Role.VIEWER)


def test_a_name_does_not_lead_into_the_account_that_has_it(session, ada):
    with pytest.raises(Conflict, match="somebody called Ada exists"):
        subjects.arrive(session, NOON, "iss|1", "Ada", Role.ADMIN)


def test_who_is_disabled_stays_out(session):
    store.create(session, NOON, "test", "another admin", Role.ADMIN)
    subjects.arrive(session, NOON, "iss|1", "greta", Role.ADMIN)
    store.disable(session, NOON, "ada", "greta")
    with pytest.raises(Forbidden, match="disabled"):
        subjects.arrive(session, NOON, "iss|1", "greta", Role.ADMIN)


def test_what_passkeys_need_is_read_beside_the_loop_and_before_a_write(session, ada, monkeypatch):
    """For a quarter of a second nobody else could write, at any stranger's word."""
    read = []

    class Ceremony:
        def __init__(self, *about):
            read.append((threading.current_thread(), about))

        def ask_to_show(self, known):
            return {}, "challenge"

    def kind():
        read.append(threading.current_thread())
        return Ceremony

    monkeypatch.setattr(passkeys, "_kind", kind)
    ceremony = asyncio.run(passkeys.ceremony("https://box.example"))
    assert read[0] is not threading.main_thread()
    assert read[1][1] == ("box.example", "https://box.example")

    passkeys.to_use(session, NOON, ceremony)
    assert len(read) == 2


def test_what_works_on_a_session_reads_no_package():
    """Its thread is the one by which all writes go."""
    for path in (SRC / "hyprbox").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and "session" in [each.arg for each in node.args.args]:
                late = [each for each in ast.walk(node) if isinstance(each, ast.Import | ast.ImportFrom)]
                assert not late or path.name == "upsert.py", f"{path.name}: {node.name}"


def test_strangers_cannot_take_all_the_places_at_the_door(session, monkeypatch):
    monkeypatch.setattr(doorsteps, "MOST", 3)
    mine = doorsteps.begin(session, NOON, Kind.CODE, {"person": "ada"})
    steps = [doorsteps.begin(session, NOON + minutes(number / 60), Kind.PASSKEY, {}) for number in range(5)]
    assert doorsteps.look(session, NOON, Kind.CODE, mine) == {"person": "ada"}
    assert doorsteps.look(session, NOON, Kind.PASSKEY, steps[-1]) == {}
    with pytest.raises(Gone):
        doorsteps.look(session, NOON, Kind.PASSKEY, steps[0])


def test_a_key_of_somebody_ends_with_them_and_never_may_more_than_they(session, ada):
    ben = subjects.arrive(session, NOON, "iss|1", "ben", Role.ADMIN)
    key, text = keys.create(session, NOON, "ben", "backup", Role.ADMIN, ben.id)
    session.flush()
    assert keys.find(session, text) == (key, Role.ADMIN)
    subjects.arrive(session, NOON, "iss|1", "ben", Role.VIEWER)
    assert keys.find(session, text) == (key, Role.VIEWER)
    with pytest.raises(Forbidden, match="ben is viewer, expected admin"):
        keys.create(session, NOON, "ben", "more", Role.ADMIN, ben.id)

    store.disable(session, NOON, "ada", "ben")
    assert keys.find(session, text) is None
    store.reset(session, NOON, "ada", "ben")
    assert keys.find(session, text) is None  # for good


def test_a_key_of_nobody_lives_until_it_is_revoked(session):
    key, text = keys.create(session, NOON, "root on the command line", "backup", Role.ADMIN)
    session.flush()
    assert keys.find(session, text) == (key, Role.ADMIN)
