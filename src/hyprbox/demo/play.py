"""The demonstration, from its first line to its last."""

import gc
import signal
import sys
import tempfile
from datetime import datetime
from types import FrameType

from hyprbox import box, config, serve
from hyprbox.config import Config
from hyprbox.demo import chapters, fleet, history, living
from hyprbox.demo.chapters.arrivals import PEOPLE
from hyprbox.demo.past import ADA, Past
from hyprbox.facts import store as facts
from hyprbox.people import doors, passwords
from hyprbox.people import store as people
from hyprbox.presets import catalogue

PASSWORD = "nordhaven lamps"  # of people in a database that is gone when its server ends, on loopback


def play(host: str, port: int, seed: int) -> None:
    """Until SIGTERM or SIGINT."""
    signal.signal(signal.SIGTERM, _end)
    url = f"http://{host}:{port}"
    with tempfile.TemporaryDirectory(prefix="hyprbox-demo-") as folder:
        settings = config.read({"HYPRBOX_DATA_DIR": folder, "HYPRBOX_PUBLIC_URL": url})
        print("Playing five weeks of a fleet of forty servers; it takes some seconds.", flush=True)
        past, link = make(settings, seed)
        living.start(url, past, catalogue.load_all())
        print(greeting(url, link), flush=True)
        serve.serve(settings, host, port)


def make(settings: Config, seed: int) -> tuple[Past, str]:
    """The database with its past, and a link that lets ada in."""
    serve.prepare(settings)
    gc.freeze()
    db = box.database(settings)
    try:
        with db.session() as session:
            now = facts.time(session)
            past = Past(session, fleet.make(seed, now), catalogue.load_all(), now, seed)
            for part in (chapters, history):
                part.tell(past)
            past.play()
            text = let_people_in(past, now)
    finally:
        db.close()
    return past, doors.address(settings.public_url, text)


def let_people_in(past: Past, now: datetime) -> str:
    hashed = passwords.hashed(PASSWORD)
    for name in PEOPLE:
        people.set_password(past.session, now, name, people.known(past.session, name).id, hashed)
    return doors.link(past.session, now, people.known(past.session, ADA))


def greeting(url: str, link: str) -> str:
    who = ", ".join(f"{name} ({role})" for name, role in PEOPLE.items())
    return (
        f"\n  HyprBox with a fleet that is not there runs on {url}\n\n  Sign in once, within 15 minutes:\n  {link}\n\n"
        f"  Or as {who}, with the password: {PASSWORD}\n\n  Ctrl-C ends it, and nothing is left.\n"
    )


def _end(number: int, frame: FrameType | None) -> None:
    """So that the folder is tidied away; by itself this signal would end the process on the spot."""
    sys.exit(0)
