"""Pages of what may still be taken back, and of what is suppressed."""

import re

SEEN = {
    "type": "ssh.password_auth", "key": "sshd", "severity": "WARN", "message": "sshd accepts passwords",
    "metadata": {"ports": ["22"]},
}  # fmt: skip
SAID = "hb: applied, and taken back at 2026-11-22 12:06:00 UTC unless job {} is confirmed\n"


def test_a_fix_that_may_shut_people_out_leads_to_its_guard_and_a_person_may_confirm_it(world):
    agent, olga, bo = world.agent("guarded-1"), world.visitor("olga"), world.visitor("bo")
    agent.beat()
    agent.report(SEEN, types=[SEEN["type"]])
    finding = world.finding_id("guarded-1", SEEN["type"])

    sent = olga.post(f"/dashboard/findings/{finding}/fix", {"preset": "ssh-harden"})
    assert sent.status_code == 303, sent.text
    place = sent.headers["location"]
    job = place.removeprefix("/dashboard/guards/")
    assert "Not made yet" in olga.get(place).text
    agent.accept(job)
    agent.say(job, SAID.format(job))
    agent.complete(job)

    assert f'<a href="{place}">Say whether you can log in</a>' in olga.get("/dashboard").text
    assert f'<a href="{place}">What has been proven so far</a>' in bo.get("/dashboard").text
    assert "I can still log in" in olga.get(f"/dashboard/jobs/{job}").text
    assert "I can still log in" in olga.get(place).text
    assert "I can still log in" not in bo.get(place).text
    assert f'<a href="{place}">its guard</a>' in olga.get(f"/dashboard/findings/{finding}").text
    assert olga.post(f"{place}/confirmation").headers["location"] == place
    page = olga.get(place).text
    assert "I can still log in" not in page
    assert re.search(r"A person said that people still get in.*olga", page, re.S)


def test_what_is_suppressed_is_listed_until_it_is_lifted(world):
    agent, olga, bo = world.agent("quiet-1"), world.visitor("olga"), world.visitor("bo")
    agent.beat()
    agent.report(SEEN, types=[SEEN["type"]])
    form = {"type": SEEN["type"], "q": "node=quiet-1", "reason": "<b>behind</b> a VPN", "ceiling": "WARN", "until": ""}

    assert "reason is empty" in olga.post("/dashboard/suppressions", form | {"reason": ""}).text.lower()
    assert olga.post("/dashboard/suppressions", form).status_code == 303

    page = bo.get("/dashboard/suppressions").text
    assert "&lt;b&gt;behind&lt;/b&gt; a VPN" in page
    assert "/lifting" not in page
    (lifting,) = re.findall(r'action="(/dashboard/suppressions/\w+/lifting)"', olga.get("/dashboard/suppressions").text)
    finding = world.finding_id("quiet-1", SEEN["type"])
    assert "Take it up again" in olga.get(f"/dashboard/findings/{finding}").text

    olga.post(lifting)
    assert "Nothing is suppressed." in olga.get("/dashboard/suppressions").text
    assert "Take it up again" not in olga.get(f"/dashboard/findings/{finding}").text


def test_the_form_of_a_suppression_is_filled_in_from_a_finding(world):
    page = world.visitor("olga").get("/dashboard/suppressions?type=tls.expiring&key=%2Fetc%2Fa.pem").text
    assert 'value="tls.expiring"' in page
    assert 'value="/etc/a.pem"' in page
