"""Five weeks of heartbeats, which became hours and days as they do in a control plane that is there all the time."""

from datetime import UTC, datetime, timedelta
from functools import partial

from hyprbox.demo.chapters.arrivals import START
from hyprbox.demo.fleet import Server
from hyprbox.demo.past import Past
from hyprbox.facts import store as facts
from hyprbox.nodes import history
from hyprbox.nodes import store as nodes
from hyprbox.nodes.history import DAY, HOUR

KEPT = timedelta(hours=48)
STEPS = [(START, timedelta(minutes=30)), (KEPT, timedelta(minutes=5)), (timedelta(hours=1), timedelta(seconds=30))]
SILENCE = timedelta(minutes=10)
LOOKED = timedelta(hours=1)  # for so long after it: whoever is OFFLINE then stays so, and looking again is not for free
NEVER = timedelta(days=-1)

# From how long ago until how long ago nothing is heard.
AWAY = {
    "edge-hel-01": (timedelta(minutes=26), NEVER),
    "legacy-nbg-03": (timedelta(days=4), NEVER),
    "ci-hel-02": (timedelta(hours=50), timedelta(hours=49.3)),
}


def tell(past: Past) -> None:
    for number, (start, step) in enumerate(STEPS):
        end = STEPS[number + 1][0] if number + 1 < len(STEPS) else timedelta()
        while start > end:
            past.at(start, partial(beat, past))
            start -= step
    over = int(past.now.timestamp()) // HOUR * HOUR
    first = over - int(START.total_seconds()) // HOUR * HOUR
    for hour in range(first, over + 1, HOUR):
        past.at(past.now - datetime.fromtimestamp(hour, UTC), partial(roll_up, past))
    past.at(past.now - datetime.fromtimestamp(over, UTC), partial(tidy_up, past))


def is_away(server: Server, ago: timedelta = timedelta()) -> bool:
    since, until = AWAY.get(server.node_id, (NEVER, NEVER))
    return until < ago <= since


def beat(past: Past, at: datetime) -> None:
    known = [past.servers[node_id] for node_id in past.stage.nodes]
    ago = past.now - at
    past.stage.beat(at, [server for server in known if not is_away(server, ago)])
    silent = [AWAY[server.node_id][0] - ago for server in known if is_away(server, ago)]
    if any(SILENCE < length < SILENCE + LOOKED for length in silent):
        nodes.mark_silent(past.session, at, at - START, SILENCE)


def roll_up(past: Past, at: datetime) -> None:
    """The hour that is over; after the last one of a day, the day."""
    first, last, over = min(past.servers), max(past.servers), int(at.timestamp())
    history.roll_hour(past.session, first, last, over - HOUR)
    if over % DAY == 0:
        history.roll_day(past.session, first, last, over - DAY)
        # Before its time, since each hour looks through all that there are.
        history.drop_samples(past.session, first, last, min(at, past.now - KEPT))


def tidy_up(past: Past, at: datetime) -> None:
    """Only two days keep single heartbeats."""
    history.drop_samples(past.session, min(past.servers), max(past.servers), past.now - KEPT)
    facts.put(past.session, facts.ROLLED_UP, int(at.timestamp()))
