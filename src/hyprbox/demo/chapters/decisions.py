"""People look at findings and decide: known for now, later, or settled."""

from datetime import datetime, timedelta
from functools import partial

from hyprbox.demo import troubles
from hyprbox.demo.past import ADA, BO, Past
from hyprbox.findings import store as findings

SHOP = troubles.LIVE.format("shop.nordhaven.example")
SALE_ENDS = timedelta(minutes=42)


def tell(past: Past) -> None:
    switch = past.now + timedelta(days=3)
    for node_id in ("legacy-nbg-01", "legacy-nbg-02", "legacy-nbg-04"):
        finding = (node_id, "firewall.inactive", "input")
        past.at("48m", partial(acknowledge, past, finding, "waits for the new switch", switch))
    shop = ("web-fra-03", "tls.expiring", SHOP)
    past.at("25h", partial(acknowledge, past, shop, "no changes before the sale ends", past.now - SALE_ENDS))
    past.does(SALE_ENDS, findings.end_holds)
    past.at("7h", partial(snooze, past))
    past.at("31h", partial(settle, past))


def acknowledge(past: Past, finding: tuple[str, str, str], why: str, until: datetime, at: datetime) -> None:
    findings.acknowledge(past.session, at, BO, past.stage.row(*finding).id, why, until)


def snooze(past: Past, at: datetime) -> None:
    row = past.stage.row("mail-hel-01", "disk.full", "/var")
    findings.snooze(past.session, at, BO, row.id, "old mail goes on Friday", past.now + timedelta(days=2))


def settle(past: Past, at: datetime) -> None:
    """The unit was removed, and no later scan sees it."""
    unit = troubles.failed("apt-daily.service")
    past.stage.see(at - timedelta(minutes=30), "ci-hel-01", unit)
    row = past.stage.row("ci-hel-01", unit.type, unit.key)
    findings.resolve_by_hand(past.session, at, ADA, row.id, "the unit was removed")
    past.stage.nodes["ci-hel-01"].troubles.pop((unit.type, unit.key))
