"""Tokens, people, keys, labels and names are changed, and what is secret is shown once."""

import pytest
from playwright.sync_api import expect

from tests.world import PASSWORD


@pytest.fixture
def settings(ada, world):
    return lambda tab: ada.goto(f"{world.url}/dashboard/settings/{tab}")


def beats(world, token, node_id):
    """Does this token let an agent of this node in?"""
    beat = {"node_id": node_id, "hostname": "h", "os": "o", "agent_version": "1", "status": "online"}
    load = {"cpu_percent": 1, "ram_percent": 1, "disk_percent": 1}
    answer = world.http.post("/api/heartbeat", json=beat | load, headers={"authorization": f"Bearer {token}"})
    return answer.status_code == 200


def shown_once(page):
    return page.locator(".once .oneline code").first.inner_text()


def test_a_token_for_one_node_is_made_used_and_revoked(ada, world, settings):
    settings("tokens")
    ada.get_by_label("Name").fill("backup 2")
    ada.get_by_role("textbox", name="Node id").fill("backup-2")
    ada.get_by_role("button", name="Make the token").click()
    token = shown_once(ada)
    assert beats(world, token, "backup-2")
    assert not beats(world, token, "another-1")
    expect(ada.locator(".once")).to_contain_text(f"HYPRBOX_API_URL={world.url}\nHYPRBOX_NODE_ID=backup-2")

    ada.get_by_role("link", name="I have stored it").click()
    expect(ada.locator(".once")).to_have_count(0)
    assert token not in ada.content()
    row = ada.get_by_role("row").filter(has_text="backup 2")
    row.get_by_text("Revoke…").click()
    row.get_by_role("button", name="Revoke it").click()
    expect(ada.get_by_role("row").filter(has_text="backup 2")).to_contain_text("Revoked")
    ada.wait_for_timeout(1100)  # it may live on for a second in the caches of the server's processes
    assert not beats(world, token, "backup-2")


def test_a_token_for_the_fleet_is_made_only_in_so_many_words(ada, world, settings):
    settings("tokens")
    ada.get_by_role("button", name="Make the token").click()
    expect(ada.get_by_role("alert")).to_contain_text("NodeId has 0 characters")

    ada.get_by_label("The whole fleet").check()
    expect(ada.get_by_role("textbox", name="Node id")).to_be_hidden()
    ada.get_by_role("button", name="Make the token").click()
    assert beats(world, shown_once(ada), "any-1")
    expect(ada.get_by_role("row").filter(has_text="Fleet-wide").first).to_be_visible()


def test_a_token_is_rotated_and_both_live(ada, world, settings):
    settings("tokens")
    ada.get_by_label("Name").fill("to rotate")
    ada.get_by_role("textbox", name="Node id").fill("rotated-1")
    ada.get_by_role("button", name="Make the token").click()
    old = shown_once(ada)
    row = ada.get_by_role("row").filter(has_text="to rotate")
    row.get_by_text("Rotate…").click()
    row.get_by_role("button", name="Make a successor").click()
    new = shown_once(ada)

    assert old != new
    assert beats(world, old, "rotated-1")
    assert beats(world, new, "rotated-1")


def test_a_node_is_added_labelled_renamed_and_deleted(ada, world):
    ada.goto(f"{world.url}/dashboard/nodes")
    ada.get_by_role("link", name="Add a node").first.click()
    ada.get_by_label("What the node is called").fill("new one")
    ada.get_by_role("button", name="Make the line").click()
    expect(ada.get_by_role("alert").filter(has_text="expected no '/', white space")).to_be_visible()
    ada.get_by_role("link", name="Settings").last.click()
    ada.get_by_role("textbox", name="Node id").fill("new-1")
    ada.get_by_role("button", name="Make the token").click()
    token = shown_once(ada)
    assert beats(world, token, "new-1")

    ada.goto(f"{world.url}/dashboard/nodes/new-1/settings")
    ada.get_by_label("name=value").fill("env=prod Role=web")
    ada.get_by_role("button", name="Save the labels").click()
    expect(ada.get_by_role("alert")).to_contain_text("label 'Role' is no name", ignore_case=True)
    ada.get_by_label("name=value").fill("env=prod role=web")
    ada.get_by_role("button", name="Save the labels").click()
    expect(ada.locator(".strip")).to_contain_text("role=web")

    ada.get_by_label("New id").fill("new-2")
    ada.get_by_role("button", name="Rename it").click()
    expect(ada.locator("h1")).to_contain_text("new-2")
    ada.get_by_text("Delete this node…").click()
    ada.get_by_role("button", name="Delete new-2").click()
    expect(ada.get_by_role("heading", name="Nodes")).to_be_visible()
    expect(ada.get_by_role("row", name="new-2")).to_have_count(0)


def test_somebody_is_invited_comes_in_and_is_disabled(ada, browser, world, settings):
    settings("people")
    ada.get_by_label("Name").fill("greta")
    ada.get_by_label("Operator").check()
    ada.get_by_role("button", name="Make a sign-in link").click()
    link = shown_once(ada)
    with browser.new_context() as elsewhere:
        greta = elsewhere.new_page()
        greta.goto(link)
        greta.get_by_label("A password").fill("a long password")
        greta.get_by_role("button", name="Come in").click()
        expect(greta.locator(".me")).to_contain_text("greta")
        expect(greta.locator(".me")).to_contain_text("operator")

        row = ada.get_by_role("row").filter(has_text="greta")
        row.get_by_text("Disable…").click()
        row.get_by_role("button", name="Disable", exact=True).click()
        expect(ada.get_by_role("row").filter(has_text="greta")).to_contain_text("disabled")
        greta.reload()
        expect(greta.get_by_role("heading", name="Sign in to HyprBox")).to_be_visible()


def test_the_last_admin_stays(ada, settings):
    settings("people")
    row = ada.get_by_role("row").filter(has_text="admin")
    row.get_by_text("Disable…").click()
    row.get_by_role("button", name="Disable", exact=True).click()
    expect(ada.get_by_text("Ada is the last admin, expected another one to remain.")).to_be_visible()


def test_a_key_is_made_used_and_revoked_and_all_of_it_is_in_the_audit_log(ada, world, settings):
    settings("keys")
    ada.get_by_label("Name").fill("nightly report")
    ada.get_by_label("Role").select_option("viewer")
    ada.get_by_role("button", name="Make the key").click()
    key = {"authorization": f"Bearer {shown_once(ada)}"}
    assert world.http.get("/api/nodes", headers=key).status_code == 200
    assert world.http.get("/api/keys", headers=key).status_code == 403

    ada.get_by_text("Revoke…").first.click()
    ada.get_by_role("button", name="Revoke it").first.click()
    expect(ada.get_by_text("Revoked").first).to_be_visible()
    settings("audit")
    expect(ada.get_by_role("row").filter(has_text="key.create").first).to_contain_text("nightly report")
    expect(ada.get_by_role("row").filter(has_text="key.revoke").first).to_be_visible()


def test_signing_in_with_a_form_and_out_again(page, world):
    page.goto(f"{world.url}/dashboard/nodes")
    page.get_by_label("Name").fill("bo")
    page.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nodes")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in to HyprBox")).to_be_visible()
