"""A job is offered, taken, run once and told, with an API that speaks all of the protocol, whatever gets lost."""

import pytest

from tests.node.agents import TOKEN
from tests.node.far_end import HANG_UP, Reply
from tests.node.full_api import problem
from tests.servers import wait_until


def lost(api):
    """The API does what it was asked, and its answer is lost."""

    def answer(call):
        api.answer(call)
        return HANG_UP

    return answer


def test_a_job_starts_the_moment_it_is_there(full_api, start):
    start(full_api)
    full_api.wait_for(lambda: full_api.asked("pending"))
    full_api.run("echo hello")
    queued = full_api.calls[-1].at

    assert full_api.ended()["exitCode"] == 0
    assert full_api.output() == "hello\n"
    assert full_api.asked("complete")[0].at - full_api.asked("accept")[0].at < 0.5
    assert full_api.asked("accept")[0].at >= queued


def test_everything_said_of_a_job_carries_its_run(full_api, start, tmp_path):
    full_api.run(f"echo one; until [ -e {tmp_path}/pinged ]; do sleep 0.05; done; echo two")
    start(full_api)
    full_api.wait_for(lambda: full_api.asked("ping"))
    (tmp_path / "pinged").touch()
    full_api.ended()

    said = [call.body["runId"] for call in full_api.calls if call.route in ("accept", "output", "complete", "ping")]
    assert len(said) >= 4
    assert set(said) == {full_api.rows["job-1"].run}


def test_a_job_gets_no_descriptor_and_no_variable_of_the_agents(full_api, start):
    full_api.run("tr '\\0' '\\n' </proc/$$/environ; ls -l /proc/$$/fd")
    start(full_api, LD_LIBRARY_PATH="/opt/packager/lib")
    full_api.ended()

    assert TOKEN not in full_api.output()
    assert "LD_LIBRARY_PATH" not in full_api.output()
    assert "memfd" not in full_api.output()
    assert "holder" not in full_api.output()


def test_an_answer_to_accept_that_is_lost_loses_no_job(full_api, start, tmp_path):
    full_api.then("accept", lost(full_api), lost(full_api))
    full_api.run(f"echo run >> {tmp_path}/runs")
    start(full_api)

    assert full_api.ended()["exitCode"] == 0
    assert (tmp_path / "runs").read_text() == "run\n"


def test_while_the_api_is_away_nobody_stands_and_waits_for_its_word(full_api, start, tmp_path):
    """A second limit of systemd's counts from the birth of a supervisor."""
    born = []

    def busy(call):
        spool = tmp_path / "spool/job-1"
        wait_until(lambda: (spool / "exit.json.new").exists())  # the last of it to be made
        born.append((spool / "holder").stat().st_ctime_ns)
        return Reply(503)

    full_api.then("accept", busy, busy)
    full_api.run(f"echo run >> {tmp_path}/runs")
    start(full_api)

    assert full_api.ended()["exitCode"] == 0
    assert len(set(born)) == 2
    assert (tmp_path / "runs").read_text() == "run\n"


@pytest.mark.parametrize("status", [404, 409, 410])
def test_a_job_that_another_run_took_is_not_run(full_api, start, tmp_path, status):
    full_api.then("accept", problem(status, "no"))
    full_api.run(f"touch {tmp_path}/ran; echo ran", job_id="job-1")
    start(full_api)
    full_api.wait_for(lambda: len(full_api.asked("accept")) >= 2 or full_api.rows["job-1"].completion)

    first, *later = full_api.asked("accept")
    assert later[0].body["runId"] != first.body["runId"], "a job that was refused to one run was run by it"


def test_every_byte_arrives_once_when_answers_are_lost(full_api, start):
    full_api.then("output", lost(full_api), Reply(503), lost(full_api), Reply(200, raw=b"<html>busy</html>"))
    full_api.then("complete", lost(full_api), Reply(500))
    full_api.run("for i in {1..30}; do echo line $i; sleep 0.02; done")
    start(full_api)

    full_api.ended()
    full_api.wait_for(lambda: len(full_api.asked("complete")) >= 3)
    assert full_api.output() == "".join(f"line {i}\n" for i in range(1, 31))


def test_an_api_that_forgot_a_part_gets_it_again(full_api, start):
    def forget(call):
        del full_api.rows["job-1"].output[3:]
        return full_api.answer(call)

    full_api.then("complete", forget)
    full_api.run("echo first; sleep 0.2; echo second")
    start(full_api)

    full_api.ended()
    assert full_api.output() == "first\nsecond\n"


def test_a_cancel_reaches_a_silent_script(full_api, start):
    full_api.run("sleep 60")
    start(full_api)
    full_api.wait_for(lambda: full_api.asked("ping"))
    begun = full_api.asked("ping")[0].at
    full_api.cancel()

    assert full_api.ended()["reason"] == "cancel"
    assert full_api.asked("complete")[0].at - begun < 2


def test_a_ping_may_say_that_the_job_is_no_more(full_api, start):
    full_api.then("ping", problem(404, "unknown here"), problem(410, "cancelled"))
    full_api.run("sleep 60", leaseSeconds=3)
    start(full_api)

    assert full_api.ended()["reason"] == "cancel"
    assert len(full_api.asked("ping")) >= 2


def test_an_api_that_does_not_hold_pings_gets_them_in_time(full_api, start):
    full_api.then("ping", *[Reply(value={})] * 5)
    full_api.run("sleep 2.2", leaseSeconds=3)
    start(full_api)
    full_api.ended()

    assert 2 <= len(full_api.asked("ping")) <= 4


def test_a_cancel_may_come_with_the_answer_to_output(full_api, start):
    full_api.then("output", Reply(value={"nextOffset": 3, "cancel": True}))
    full_api.run("echo on; sleep 60", leaseSeconds=None)
    start(full_api)

    assert full_api.ended()["reason"] == "cancel"
    assert not full_api.asked("ping")


def test_an_outage_slows_no_script_and_loses_nothing(full_api, start, tmp_path):
    full_api.then("output", Reply(503, headers={"Retry-After": "1"}))
    full_api.run(f"for i in {{1..20}}; do echo $i; sleep 0.01; done; touch {tmp_path}/done", killGraceSeconds=1)
    start(full_api)

    full_api.wait_for((tmp_path / "done").exists, seconds=2)
    assert full_api.output() == ""
    full_api.ended()
    assert full_api.output() == "".join(f"{i}\n" for i in range(1, 21))


def test_invalid_utf8_is_replaced_and_counted_as_sent(full_api, start):
    full_api.run(r"printf 'a\xffb\xc3'; sleep 0.2; printf '\xa4\xe2\x82'; sleep 0.2; printf '\xacc\xf0\x9f'")
    start(full_api)

    full_api.ended()
    assert full_api.output() == "a\ufffdbä€c\ufffd"


def test_control_characters_do_not_make_a_request_too_large(full_api, start):
    full_api.run("head -c 300000 /dev/zero")
    start(full_api)

    full_api.ended()
    assert full_api.output() == "\0" * 300_000
    assert max(int(call.headers["content-length"]) for call in full_api.asked("output")) <= 256 * 1024


def test_what_is_too_large_for_the_api_comes_in_smaller_pieces(full_api, start):
    def small(call):
        if int(call.headers["content-length"]) > 10_000:
            full_api.then("output", small)
            return Reply(413)
        return full_api.answer(call)

    full_api.then("output", small)
    full_api.run("seq 1 15000")
    start(full_api)

    full_api.ended()
    assert full_api.output() == "".join(f"{n}\n" for n in range(1, 15001))


def test_an_api_that_will_not_have_the_job_any_more_is_left_alone(full_api, start, tmp_path):
    full_api.then("output", problem(404, "no such job"))
    full_api.run(f"echo on; sleep 0.3; touch {tmp_path}/finished", leaseSeconds=None)
    start(full_api)

    full_api.wait_for((tmp_path / "finished").exists)
    full_api.wait_for(lambda: len(full_api.asked("pending")) >= 2)
    assert not full_api.asked("complete")


def test_an_api_that_offers_without_holding_is_asked_on(full_api, start):
    full_api.then("pending", *[Reply(value=None, headers={"Preference-Applied": "offer"})] * 3)
    start(full_api, HYPRBOX_INTERVAL="1h")

    full_api.wait_for(lambda: len(full_api.asked("pending")) >= 3)


def test_null_answered_at_once_is_not_asked_for_in_a_hurry(full_api, start):
    at_once = Reply(value=None, headers={"Preference-Applied": "wait=25, offer"})
    full_api.then("pending", *[at_once] * 100)
    agent = start(full_api, HYPRBOX_INTERVAL="1h")
    full_api.wait_for(lambda: len(full_api.asked("pending")) >= 3)
    agent.stop()

    first, *_, last = full_api.asked("pending")
    assert len(full_api.asked("pending")) <= 2 + 10 * (last.at - first.at)


def test_a_script_that_is_not_what_was_signed_for_is_refused(full_api, start, tmp_path):
    full_api.run(f"touch {tmp_path}/ran", sha256="0" * 64)
    start(full_api)

    assert full_api.ended()["reason"] == "refused"
    assert full_api.ended()["errorMsg"].startswith("sha256 is '0000")
    assert not (tmp_path / "ran").exists()


def test_a_job_that_cannot_be_understood_is_refused_and_blocks_no_other(full_api, start):
    full_api.run("exit 0", job_id="odd", env={"A": 1})
    full_api.run("exit 0", job_id="next")
    start(full_api)

    full_api.ended("next")
    assert full_api.ended("odd")["reason"] == "refused"
    assert full_api.ended("odd")["errorMsg"] == "Job.env.A is 1, expected str"


def test_a_job_whose_time_is_long_over_is_refused(full_api, start):
    full_api.run("exit 0", expiresAt="2020-01-01T00:00:00Z")
    start(full_api)

    assert full_api.ended()["errorMsg"] == "expiresAt is '2020-01-01T00:00:00Z', and that is past"


def test_a_job_that_is_offered_again_is_not_run_again(full_api, start, tmp_path):
    full_api.run(f"echo run >> {tmp_path}/runs; exit 5")
    start(full_api)
    full_api.ended()
    full_api.run("exit 0")  # as an API would that was restored from a backup

    assert full_api.ended()["exitCode"] == 5
    assert (tmp_path / "runs").read_text() == "run\n"


def test_a_job_id_names_no_file(full_api, start, tmp_path):
    full_api.run("echo $HYPRBOX_JOB_ID", job_id="x%2F..%2F..%2Fetc")
    start(full_api)

    assert full_api.wait_for(lambda: full_api.asked("accept"))
    written = [path.name for path in tmp_path.rglob("*")]
    assert not any("etc" in name for name in written)
