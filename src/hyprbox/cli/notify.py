"""hyprbox notify: who is told of what."""

import sys
from datetime import timedelta

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import Duration, as_json, limit

CHANNELS = {"ID": "id", "NAME": "name", "KIND": "kind", "BY": "madeBy", "WHEN": "madeAt"}
RULES = {"ID": "id", "NAME": "name", "KINDS": "kinds", "NODES": "q", "FROM": "severity", "CHANNELS": "channels"}
MESSAGES = {"ID": "id", "STATE": "state", "TITLE": "title", "ATTEMPTS": "attempts", "ERROR": "error", "WHEN": "madeAt"}
KINDS = ["node.offline", "finding", "job.failed", "fix.rolled_back", "run", "token.expiring"]


@click.group("notify")
def command() -> None:
    """Notifications: channels, rules, messages."""


@command.command()
@as_json
def channels(as_json: bool) -> None:
    """Where messages go."""
    rows = remote.needed().get("/api/channels")["items"]
    show.data(rows) if as_json else show.table(rows, CHANNELS, "There are no channels.")


@command.command("add-channel")
@click.argument("name")
@click.option("--url", metavar="URL", help="Left out, it is read from standard input, where no history keeps it.")
@as_json
def add_channel(name: str, url: str | None, as_json: bool) -> None:
    """A webhook (https://…) or an address of Apprise. Prints the id, and for a webhook the secret that signs."""
    made = remote.needed().post("/api/channels", {"name": name, "url": url or sys.stdin.readline().strip()})
    show.data(made) if as_json else print(made["id"], made["secret"] or "", sep="\n" if made["secret"] else "")


@command.command("remove-channel")
@click.argument("channel_id", metavar="ID")
def remove_channel(channel_id: str) -> None:
    """Refused while a rule uses it."""
    remote.needed().delete(remote.of("channels", channel_id))


@command.command()
@click.argument("channel_id", metavar="ID")
def test(channel_id: str) -> None:
    """Sends one message now; exit code 1 when it does not arrive."""
    if error := remote.needed().post(remote.of("channels", channel_id, "test"))["error"]:
        show.fail(f"the test did not arrive: {error}")


@command.command()
@as_json
def rules(as_json: bool) -> None:
    """Who is told of what."""
    rows = remote.needed().get("/api/rules")["items"]
    flat = [row["rule"] | {"id": row["id"]} for row in rows]
    show.data(rows) if as_json else show.table(flat, RULES, "There are no rules.")


@command.command("add-rule")
@click.argument("name")
@click.option("--channel", "channels", multiple=True, required=True, metavar="ID", help="May be given again.")
@click.option("--kind", "kinds", multiple=True, required=True, type=click.Choice(KINDS), help="May be given again.")
@click.option("--nodes", "q", default="", metavar="QUERY", help="Only of these; all unless said.")
@click.option("--severity", type=click.Choice(["INFO", "WARN", "CRITICAL"]), default="CRITICAL", show_default=True)
@click.option("--delay", type=Duration(), default="5m", show_default=True, help="What is over by then was nothing.")
@click.option("--remind", type=Duration(), help="Again and again while it stays bad.")
@click.option("--quiet", default="", metavar="22:00-07:00", help="Only what is critical in these hours.")
@click.option("--digest", default="", metavar="08:00", help="Once a day instead of at once.")
@click.option("--time-zone", default="UTC", show_default=True, metavar="ZONE")
def add_rule(
    name: str, channels: tuple[str, ...], kinds: tuple[str, ...], q: str, severity: str, delay: timedelta,
    remind: timedelta | None, quiet: str, digest: str, time_zone: str,
) -> None:  # fmt: skip
    """Prints the new rule's id."""
    body = {
        "name": name, "kinds": kinds, "channels": channels, "q": q, "severity": severity, "quiet": quiet,
        "delaySeconds": int(delay.total_seconds()), "digest": digest, "timeZone": time_zone,
        "remindSeconds": int(remind.total_seconds()) if remind else 0,
    }  # fmt: skip
    print(remote.needed().post("/api/rules", body)["id"])


@command.command("remove-rule")
@click.argument("rule_id", metavar="ID")
def remove_rule(rule_id: str) -> None:
    """Nobody is told by it any more."""
    remote.needed().delete(remote.of("rules", rule_id))


@command.command()
@click.option("--state", type=click.Choice(["WAITING", "SENDING", "SENT", "DEAD"], case_sensitive=False))
@limit
@as_json
def messages(state: str | None, limit: int, as_json: bool) -> None:
    """Newest first; DEAD are those that were given up."""
    rows = list(remote.needed().items("/api/deliveries", limit, state=state))
    show.data(rows) if as_json else show.table(rows, MESSAGES, "Nothing was sent yet.")


@command.command()
@click.argument("message_id", metavar="ID")
def retry(message_id: str) -> None:
    """A dead message once more."""
    remote.needed().post(remote.of("deliveries", message_id, "retry"))
