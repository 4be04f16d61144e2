"""Scripts of people, with the ends that scripts can have."""

from datetime import datetime, timedelta
from functools import partial

from hyprbox.demo import acts
from hyprbox.demo.past import ADA, Past
from hyprbox.jobs import store as jobs
from hyprbox.jobs.order import Order

OFFSITE = "rsync --archive --delete /srv/media/ offsite.nordhaven.example:media/"
CLEAN = "find /srv/archive -mtime +400 -print -delete"
UPGRADE = "apk upgrade --no-interactive openssl"
SPACE = {"web-fra-05": 58, "web-ams-05": 61, "mail-hel-01": 84, "git-hel-01": 70}


def tell(past: Past) -> None:
    past.runs("6d", ADA, "web-fra-07", OFFSITE, acts.never_ending())
    past.runs("50h1m", ADA, "ci-hel-02", "cd /srv/site && npm ci && npm run build", acts.cut_short())
    for node_id, percent in SPACE.items():
        past.runs("73h", ADA, node_id, "df -h /", acts.free_space(percent))
    past.at("26h", partial(stops_half_way, past))
    past.does("19m", jobs.queue, ADA, Order(node_id="edge-hel-01", script=UPGRADE))


def stops_half_way(past: Past, at: datetime) -> None:
    job = past.stage.run(at, ADA, "backup-nbg-01", CLEAN, acts.stopped())
    past.does(past.now - at - timedelta(seconds=15), jobs.cancel, ADA, job.id)
