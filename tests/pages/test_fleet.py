"""The pages by which people choose nodes, move the fleet, and are told."""

import re
from urllib.parse import urlencode

from hyprbox.people.model import Role
from tests.world import finding


def chosen(world, number, name):
    for n in range(number):
        world.agent(f"{name}-{n}").beat()


def test_a_wrong_word_of_a_query_is_named_above_the_list(world):
    answer = world.visitor("ada").get("/dashboard/nodes?q=web+status%3Dasleep")
    assert answer.status_code == 400
    assert "status=asleep&#39; in the query: expected status=online or status=offline" in answer.text
    assert 'value="web status=asleep"' in answer.text


def test_a_query_is_saved_used_and_forgotten(world):
    chosen(world, 2, "kept")
    olga = world.visitor("olga")
    saved = olga.post("/dashboard/queries", {"name": "kept", "q": "node=kept-*"})
    assert saved.headers["location"] == "/dashboard/nodes?q=%40kept"
    page = olga.get(saved.headers["location"]).text
    assert page.count('<tr id="node-kept-') == 2
    assert "Forget this query" in page
    assert 'href="/dashboard/nodes?q=%40kept"' in olga.get("/dashboard/nodes").text
    assert olga.post("/dashboard/queries/kept/deletion").status_code == 303
    assert "no query is saved under this name" in olga.get("/dashboard/nodes?q=%40kept").text


def test_ticked_nodes_are_labelled_together(world):
    chosen(world, 3, "tagged")
    olga = world.visitor("olga")
    assert 'formaction="/dashboard/label-nodes"' in olga.get("/dashboard/nodes?q=tagged-").text
    assert "Labels of 2 nodes" in olga.get("/dashboard/label-nodes?node=tagged-0&node=tagged-1").text
    for labels, kept in (("env=prod role=web", "role=web"), ("role-", "!label=role")):
        sent = olga.post("/dashboard/label-nodes", {"node": ["tagged-0", "tagged-1"], "labels": labels})
        assert sent.headers["location"] == "/dashboard/nodes"
        page = olga.get(f"/dashboard/nodes?{urlencode({'q': f'node=tagged-* env=prod {kept}'})}").text
        assert page.count('<tr id="node-tagged-') == 2


def test_what_is_no_change_of_labels_is_said_and_stays_typed(world):
    chosen(world, 1, "mistyped")
    ada = world.visitor("ada")
    for labels, said in (
        ("web", "web&#39;, expected name=value"),
        ("-", "expected name=value"),
        ("", "Labels is empty"),
        ("A=b", "is no name"),
    ):
        answer = ada.post("/dashboard/label-nodes", {"node": "mistyped-0", "labels": labels})
        assert (answer.status_code, said in answer.text, f'value="{labels}"' in answer.text) == (400, True, True), (
            labels
        )
    assert ada.get("/dashboard/label-nodes").status_code == 400
    assert ada.post("/dashboard/label-nodes", {"node": ["mistyped-0", "nowhere"], "labels": "a=b"}).status_code == 404
    assert "a=b" not in ada.get("/dashboard/nodes?q=mistyped-").text


def test_a_run_is_planned_begun_paused_and_stopped(world):
    chosen(world, 3, "moved")
    ada = world.visitor("ada")
    assert "Show the plan" in ada.get("/dashboard/begin-run?q=node%3Dmoved-*").text
    form = {"q": "node=moved-*", "script": "echo <b>", "batches": "1, 100%", "failures": "1"}
    plan = ada.post("/dashboard/begin-run", form)
    assert "The plan: 3 nodes in 2 batches" in plan.text

    begun = ada.post("/dashboard/begin-run", form | {"sure": "yes"}).headers["location"]
    page = ada.get(begun).text
    assert "0 of 3 nodes done, 1 at work." in page
    assert page.count('title="moved-') == 3
    assert re.search(r'square is-idle" href="/dashboard/jobs/\w+" title="moved-\d: Not fetched yet"', page)
    assert re.search(r"<h3>Canary <span>0 of 1</span></h3>.*<h3>Rest <span>0 of 2</span></h3>", page, re.S)
    assert "echo &lt;b&gt;" in page
    assert "echo" not in world.visitor("bo").get(begun).text
    assert ada.post(f"{begun}/pausing").status_code == 303
    assert "Paused by ada" in ada.get(begun).text
    assert ada.post(f"{begun}/stopping").status_code == 303
    assert "0 of 3 nodes done" in ada.get("/dashboard/runs").text
    assert ada.get(f"{begun}?state=WAITING").text.count('<tr id="target-') == 3


def test_a_type_is_fixed_on_one_node_after_another(world):
    seen = finding("updates.auto_disabled", "apt", "INFO", "security updates are not installed by themselves")
    for node_id in ("typed-0", "typed-1"):
        agent = world.agent(node_id)
        agent.beat()
        agent.report(seen, types=["updates.auto_disabled"])
    olga, address = world.visitor("olga"), "/dashboard/findings?type=updates.auto_disabled"
    (link,) = re.findall(r'href="([^"]+)">Fix it on one node after another', olga.get(address).text)
    assert "Fix it on" not in world.visitor("bo").get(address).text
    assert "Fix it on" not in olga.get("/dashboard/findings?view=list").text

    form = olga.get(link.replace("&amp;", "&")).text
    assert 'name="q" value="finding=updates.auto_disabled"' in form
    assert 'name="batches" value="1"' in form
    chosen = {"q": "finding=updates.auto_disabled", "preset": "unattended-upgrades", "batches": "1"}
    plan = olga.post("/dashboard/begin-run", chosen).text
    for node_id in ("typed-0", "typed-1"):
        assert re.search(rf"<td class=\"node\">{node_id}</td><td class=\"soft\">fixes updates.auto_disabled apt<", plan)


def test_the_form_says_what_is_no_run(world):
    chosen(world, 1, "wrong")
    ada, olga = world.visitor("ada"), world.visitor("olga")
    for field, value, said in (
        ("batches", "x", "batches has &#39;x&#39;"),
        ("concurrency", "many", "Concurrency is &#39;many&#39;"),
        ("expires", "soon", "Expires is &#39;soon&#39;"),
        ("q", "cpu=3", "expected cpu&lt;80"),
        ("q", "node=nobody", "No node matches the query"),
    ):
        answer = ada.post("/dashboard/begin-run", {"q": "node=wrong-0", "script": "true"} | {field: value})
        assert answer.status_code in (400, 409)
        assert said.lower() in answer.text.lower()
    assert olga.post("/dashboard/begin-run", {"q": "node=wrong-0", "script": "true"}).status_code == 403
    preset = {"q": "node=wrong-0", "preset": "apt-refresh"}
    assert "runs apt-refresh" in olga.post("/dashboard/begin-run", preset).text


def test_schedules_and_windows_are_added_and_removed(world):
    ada = world.visitor("ada")
    form = {
        "name": "nightly",
        "q": "node=none",
        "script": "echo of whom",
        "cron": "30 2 * * *",
        "zone": "Europe/Berlin",
    }
    assert ada.post("/dashboard/schedules", form).headers["location"] == "/dashboard/schedules"
    assert "expected five fields" in ada.post("/dashboard/schedules", form | {"cron": "often"}).text
    assert world.visitor("olga").post("/dashboard/schedules", form).status_code == 403
    window = {"name": "nights", "q": "node=none", "cron": "0 2 * * *", "length": "2h", "zone": "UTC"}
    assert ada.post("/dashboard/windows", window).status_code == 303
    page = ada.get("/dashboard/schedules").text
    assert "30 2 * * * Europe/Berlin" in page
    assert "<code>echo of whom</code> on" in page
    assert "of whom" not in world.visitor("bo").get("/dashboard/schedules").text
    schedule, made = re.search(r"schedule-(\w+)", page)[1], re.search(r"window-(\w+)", page)[1]
    for action in ("pausing", "resumption", "removal"):
        assert ada.post(f"/dashboard/schedules/{schedule}/{action}").status_code == 303
    assert ada.post(f"/dashboard/windows/{made}/removal").status_code == 303
    assert "Nothing begins by itself." in ada.get("/dashboard/schedules").text
    assert ada.get("/dashboard/schedules?q=node%3D%22eu").text.count('value="node=&#34;eu"') == 2


def test_a_channel_is_tried_out_and_its_address_never_shown(world):
    ada, home = world.visitor("ada"), "/dashboard/settings/notifications"
    made = ada.post(f"{home}/channels", {"name": "hook", "url": "https://127.0.0.1/s3cret-part"}).text
    assert "hbwh_" in made
    page = ada.get(home).text
    assert "hbwh_" not in page
    assert "s3cret" not in made + page
    channel = re.search(r"channel-(\w+)", page)[1]
    assert "127.0.0.1 is no public address" in ada.post(f"{home}/channels/{channel}/test").text

    rule = {"rule": "ops", "kind": "run", "channel": channel, "quiet": "22:00-07:00"}
    assert ada.post(f"{home}/rules", rule).headers["location"] == home
    assert "expected two times such as" in ada.post(f"{home}/rules", rule | {"quiet": "at night"}).text
    made = re.search(r'id="rule-(\w+)"', ada.get(home).text)[1]
    form = ada.get(f"{home}?rule={made}").text
    assert all(each in form for each in ("Change the rule", f'name="id" value="{made}"', 'value="22:00-07:00"'))
    changed = rule | {"id": made, "rule": "night", "kind": "job.failed", "group": "2m"}
    assert ada.post(f"{home}/rules", changed, csrf="guess").status_code == 403
    assert ada.post(f"{home}/rules", changed).status_code == 303
    page = ada.get(home).text
    assert page.count('<tr id="rule-') == 1
    assert "night" in page
    assert 'name="group" value="120s"' in ada.get(f"{home}?rule={made}").text
    assert "did not arrive at hook: " in ada.post(f"{home}/rules/{made}/test").text
    assert ada.get(f"{home}?rule=no-such").status_code == 404
    assert ada.post(f"{home}/channels/{channel}/removal").status_code == 409
    assert ada.post(f"{home}/rules/{made}/removal").status_code == 303
    assert ada.post(f"{home}/channels/{channel}/removal").status_code == 303


def test_nobody_but_admins_reads_where_messages_go(world):
    for role in (Role.OPERATOR, Role.VIEWER):
        key = {"authorization": f"Bearer {world.server.key(role)}"}
        for path in ("channels", "rules", "deliveries"):
            assert world.http.get(f"/api/{path}", headers=key).status_code == 403
