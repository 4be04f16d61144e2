"""Every night the databases are dumped, by a script that somebody's timer queues with an API key."""

from datetime import timedelta

from hyprbox.demo import acts
from hyprbox.demo.chapters.arrivals import START
from hyprbox.demo.fleet import NIGHTLY_HOUR
from hyprbox.demo.past import Past

WHO = "key nightly dump"
SCRIPT = "pg_dump --jobs=4 --format=directory --file=/srv/dump/nightly lamps\ndu -sh /srv/dump/nightly"
DATABASES = ("db-fra-01", "db-fra-02", "db-ams-01", "db-ams-02")


def tell(past: Past) -> None:
    midnight = past.now.replace(hour=0, minute=0, second=0, microsecond=0)
    for night in range(START.days - 1):
        start = midnight + timedelta(hours=NIGHTLY_HOUR, days=-night)
        for place, node_id in enumerate(DATABASES):
            act = acts.dumped(past.chance.uniform(61, 72), 41.8 - night / 9)
            ago = past.now - start - timedelta(minutes=place)
            if ago > act.took:
                past.runs(ago, WHO, node_id, SCRIPT, act, timedelta(hours=2))
