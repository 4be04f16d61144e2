"""What every answer carries, and what a page says when there is none."""

import gzip
import re

import pytest

from hyprbox.look import files
from hyprbox.look.engine import environment
from hyprbox.people.model import Role

PROTECTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
STATIC = "/static/{}/hyprbox.css"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/dashboard/sign-in",
        "/dashboard/nowhere",
        "/api/docs",
        "/api/nodes",
        "/ready",
        STATIC,
        "/api/openapi.json",
        "/metrics",
        "/install.sh",
    ],
)
def test_every_answer_is_protected(world, path):
    answer = world.visitor().get(path.format(files.files()["hyprbox.css"].digest))
    policy = answer.headers["content-security-policy"]
    assert answer.headers.items() >= PROTECTED.items()
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["content-type"].count("charset") <= 1  # twice is malformed, and Prometheus refuses it


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/jobs?state=foo", 400, "state is 'foo', expected one of QUEUED, RUNNING, SUCCEEDED"),
        ("/api/findings?severity=bad", 400, "severity is 'bad', expected one of INFO, WARN, CRITICAL"),
        ("/api/remediations?verdict=", 400, "verdict is '', expected one of"),
        ("/api/nowhere", 404, "there is nothing at '/api/nowhere'"),
        ("/api/enrolment", 405, "'/api/enrolment' does not answer GET"),
    ],
)
def test_what_is_wrong_with_an_address_is_said(world, path, status, said):
    answer = world.visitor("ada").get(path)
    assert (answer.status_code, answer.json()["detail"][: len(said)]) == (status, said)


def test_pages_are_kept_by_nobody(world):
    assert world.visitor("ada").get("/dashboard/nodes").headers["cache-control"] == "no-store"


def test_a_file_is_kept_for_good_under_its_digest_and_not_under_another(world):
    file = files.files()["hyprbox.css"]
    good, other = (world.visitor().get(STATIC.format(digest)) for digest in (file.digest, "0" * 16))
    assert good.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert good.headers["content-encoding"] == "gzip"
    assert (other.headers["cache-control"], other.content) == ("no-store", file.body)
    assert gzip.decompress(file.packed) == file.body
    assert world.visitor().get("/static/x/nothing.css").status_code == 404


def test_every_page_fits_into_a_hundred_kilobytes(world):
    for n in range(60):
        world.agent(f"node-{n:02}.some-long-name.fra.example").beat(os="Debian GNU/Linux 13 (trixie)", kernel="6.12.48")
    ada = world.visitor("ada")
    page = ada.get("/dashboard/nodes?q=some-long-name")
    assert page.text.count("<tr id=") == 50
    assert len(page.content) < 100_000
    assert all(len(each.packed) < 30_000 for each in files.files().values())


def test_the_list_goes_on_behind_its_last_row(world):
    ada = world.visitor("ada")
    first = ada.get("/dashboard/nodes?q=some-long-name").text
    following = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    rows = re.compile(r'<tr id="node-([^"]+)"')
    seen = rows.findall(first) + rows.findall(ada.get(following).text)
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/dashboard/nowhere", 404, "Not found"),
        ("/dashboard/nodes/eu-404", 404, "Node eu-404 is not known."),
        ("/dashboard/findings?sevrity=WARN", 400, "sevrity"),
        ("/dashboard/findings?severity=AWFUL", 400, "Severity is &#39;AWFUL&#39;, expected one of INFO, WARN"),
        ("/dashboard/nodes?after=x", 400, "After is &#39;x&#39;"),
        ("/dashboard/findings?after=x&view=list", 400, "Cursor is"),
        ("/dashboard/nodes/eu-404?range=2y", 400, "expected one of 1h, 24h, 7d, 30d"),
        ("/dashboard/jobs/nothing", 404, "Job nothing is not known."),
    ],
)
def test_what_is_not_there_is_said_on_a_page(world, path, status, words):
    answer = world.visitor("ada").get(path)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert "text/html" in answer.headers["content-type"]


def test_what_its_state_does_not_allow_is_said_on_a_page(world):
    world.agent("said-1").beat()
    job_id = world.queue("said-1")
    cancel = f"/dashboard/jobs/{job_id}/cancellation"
    assert world.visitor("ada").post(cancel).status_code == 303
    again = world.visitor("ada").post(cancel)
    assert (again.status_code, "is CANCELLED, expected one that has not ended." in again.text) == (409, True)


def test_a_page_that_fetches_news_of_itself_is_left_when_the_session_has_ended(world):
    answer = world.visitor().get("/dashboard/nodes", **{"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/dashboard/sign-in")


def test_a_node_may_be_called_anything(world):
    """Also what means something in an address."""
    name, quoted = "50%?#&=<x>+\u202e", "50%25%3F%23%26%3D%3Cx%3E%2B%E2%80%AE"
    world.agent(name).beat()
    ada = world.visitor("ada")
    assert f'href="/dashboard/nodes/{quoted}"' in ada.get("/dashboard/nodes?q=50%25").text
    page = ada.get(f"/dashboard/nodes/{quoted}").text
    assert f'hx-get="/dashboard/nodes/{quoted}"' in page
    assert "<h1>50%?#&amp;=&lt;x&gt;+U+202E " in page
    assert ada.post(f"/dashboard/nodes/{quoted}/labels", {"labels": "a=b"}).headers["location"].endswith("/settings")
    assert ada.get(f"/dashboard/nodes/{quoted}/settings").status_code == 200


def test_the_api_is_described_on_a_page(world):
    page = world.visitor().get("/api/docs").text
    assert "/api/jobs/{job_id}/events" in page
    assert 'href="#shape-Page%20of%20JobView"' in page
    assert 'id="shape-Page%20of%20JobView"' in page


def test_every_template_can_be_read():
    made = environment()
    for name in made.list_templates():
        made.get_template(name)


def test_roles_are_explained_for_each():
    """The form that invites people explains every role there is."""
    source = environment().loader.get_source(environment(), "people/everyone.html")[0]
    assert all(f'"{role}":' in source for role in Role)
