"""The tab Inventory of a node."""

from datetime import timedelta

from hyprbox.inventory.model import Shelf

BEFORE, AFTER = {"nginx": "1.22", "curl": "7.88"}, {"nginx": "1.24", "<b>x": "1"}


def test_what_changed_is_on_its_tab(world):
    agent, bo = world.agent("stock-1"), world.visitor("bo")
    agent.beat()
    here = "/dashboard/nodes/stock-1/inventory"
    assert "has not told yet what is on it" in bo.get(here).text
    assert 'href="/dashboard/nodes/stock-1/inventory"' in bo.get("/dashboard/nodes/stock-1").text

    agent.stock("packages", BEFORE)
    assert "Nothing of what is on it has changed" in bo.get(here).text
    with world.db.session() as session:  # a minute goes by
        session.get(Shelf, ("stock-1", "packages")).at -= timedelta(minutes=2)
        session.commit()
    agent.stock("packages", AFTER)

    page = bo.get(here).text
    assert "1.22 → 1.24" in page
    assert "went: 7.88" in page
    assert "&lt;b&gt;x" in page
    assert "1.24" in bo.get(f"{here}?part=packages").text
    assert "curl" not in bo.get(f"{here}?part=packages").text.partition('id="stock"')[2]
    assert "Nothing with that in it" in bo.get(f"{here}?part=packages&find=zsh").text
    assert bo.get(f"{here}?since=1y").status_code == 400
    assert bo.get(f"{here}?part=things").status_code == 400


def test_it_says_by_what_the_scanners_look_and_whether_the_agent_does(world):
    agent, ada = world.agent("stock-2"), world.visitor("ada")
    agent.beat()
    form = {"name": "stock-2", "q": "node=stock-2", "diskWarnPercent": "61"}
    assert ada.post("/dashboard/settings/thresholds", form).status_code == 303

    page = ada.get("/dashboard/nodes/stock-2/inventory").text
    assert "<dt>diskWarnPercent</dt><dd>61" in page
    assert "from stock-2" in page
    assert "Not taken yet" in page
    ada.post("/dashboard/settings/thresholds/stock-2/removal")
