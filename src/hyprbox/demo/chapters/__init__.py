"""What happened at Nordhaven in the five weeks before now, a chapter for each thread of it."""

from hyprbox.demo.chapters import (
    arrangements,
    arrivals,
    certificates,
    decisions,
    mishaps,
    nights,
    rollout,
    scripts,
    updates,
)
from hyprbox.demo.past import Past

ALL = [arrivals, certificates, updates, nights, mishaps, decisions, scripts, rollout, arrangements]


def tell(past: Past) -> None:
    for chapter in ALL:
        chapter.tell(past)
