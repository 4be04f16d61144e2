"""From what happened to messages: which rules want it, what is over before it was told, what is told together.

A rule keeps one row for each thing that it watches. What goes bad is told after the rule's delay, unless it is good
again by then. What was told three times within an hour is told again only when it has been steady for half an hour.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import and_, delete, or_, select, text, update
from sqlalchemy.orm import Session

from hyprbox import ids
from hyprbox.db import wake
from hyprbox.errors import Refusal
from hyprbox.nodes import search
from hyprbox.notices import stories
from hyprbox.notices.model import Delivery, Happening, Matter, Rule, Sent
from hyprbox.notices.spec import SEVERITIES, RuleSpec, not_before, read
from hyprbox.notices.stories import Story
from hyprbox.tokens.model import Token
from hyprbox.windows import store as windows

AT_ONCE = 500
WINDOW = timedelta(hours=1)
MOST_TELLINGS = 3
STEADY = timedelta(minutes=30)
SOON = timedelta(days=14)
KEPT = timedelta(days=7)
LISTED = 40
MOST_TOPICS = 10  # a node can make up as many as it likes
MANY = "Many things"

Rules = Sequence[tuple[str, RuleSpec]]


def has_work(session: Session, now: datetime) -> bool:
    """Cheap, for it is asked all the time."""
    due = or_(and_(Matter.pending, Matter.due_at <= now), Matter.remind_at <= now)
    return any(
        session.scalar(select(rows.limit(1).exists())) for rows in (select(Happening.id), select(Matter).where(due))
    )


def sort(session: Session, now: datetime, public_url: str) -> int:
    """How many happenings were taken; by one process at a time, so that they stay in their order."""
    if not _alone(session):
        return 0
    rules = [(rule.id, read(rule.spec)) for rule in session.scalars(select(Rule))]
    first = select(Happening.id).order_by(Happening.id).limit(AT_ONCE).scalar_subquery()
    taken = session.scalars(delete(Happening).where(Happening.id.in_(first)).returning(Happening)).all()
    for happening in sorted(taken, key=lambda each: each.id):
        story = stories.of(session, happening)
        if story is not None:
            _weigh(session, now, rules, happening, story)
    session.flush()
    tell(session, now, rules, public_url)
    return len(taken)


def tell(session: Session, now: datetime, rules: Rules, public_url: str) -> None:
    """What is due becomes messages, one for what belongs together; each is due for one process only."""
    specs = dict(rules)
    _wait_for_windows(session, now)
    due = update(Matter).where(Matter.pending, Matter.due_at <= now).values(pending=False).returning(Matter)
    news = [matter for matter in session.scalars(due) if matter.rule_id in specs and matter.told_bad != matter.bad]
    for matter in news:
        _note_told(matter, specs[matter.rule_id], now)
    again = update(Matter).where(Matter.remind_at <= now, Matter.told_bad.is_(True), Matter.pending.is_(False))
    reminded = session.scalars(again.values(remind_at=None).returning(Matter)).all()
    for matter in reminded:
        if matter.rule_id in specs:
            matter.remind_at = now + timedelta(seconds=specs[matter.rule_id].remindSeconds)
    _write(session, now, specs, public_url, news, "")
    reminded = [matter for matter in reminded if matter.rule_id in specs]
    _write(session, now, specs, public_url, reminded, "Still: ")
    session.flush()


def _wait_for_windows(session: Session, now: datetime) -> None:
    """Inside a maintenance window nobody is woken; what is still bad at its end is told then."""
    due = select(Matter.node_id).where(Matter.pending, Matter.due_at <= now, Matter.node_id.is_not(None)).distinct()
    node_ids = {node_id for node_id in session.scalars(due) if node_id is not None}
    for node_id, end in windows.muted(session, now, node_ids).items():
        mine = Matter.node_id == node_id, Matter.pending, Matter.due_at <= now
        session.execute(update(Matter).where(*mine).values(due_at=end))


def note_expiring_tokens(session: Session, now: datetime) -> None:
    """Once for each token: what a rule has told of it, it keeps."""
    soon = Token.expires_at > now, Token.expires_at <= now + SOON, Token.revoked_at.is_(None)
    told = select(Matter.subject).where(Matter.subject == "token:" + Token.id)
    for token_id in session.scalars(select(Token.id).where(*soon, ~told.exists())).all():
        session.add(Happening(at=now, kind="token.expiring", node_id=None, subject=token_id))


def forget(session: Session, now: datetime) -> None:
    """What has been well, or was only told once, for a week; what was sent a month ago."""
    over = Matter.pending.is_(False), Matter.since < now - KEPT, or_(Matter.bad.is_(False), Matter.remind_at.is_(None))
    lasting = Matter.subject.startswith("node:"), Matter.subject.startswith("finding:")
    session.execute(delete(Matter).where(*over, or_(Matter.bad.is_(False), ~or_(*lasting))))
    session.execute(delete(Delivery).where(Delivery.state == Sent.SENT, Delivery.sent_at < now - 4 * KEPT))


def _weigh(session: Session, now: datetime, rules: Rules, happening: Happening, story: Story) -> None:
    for rule_id, spec in rules:
        if _wants(session, now, spec, happening, story):
            _take_up(session, now, rule_id, spec, happening, story)


def _wants(session: Session, now: datetime, spec: RuleSpec, happening: Happening, story: Story) -> bool:
    if story.kind not in spec.kinds:
        return False
    if story.bad and SEVERITIES.index(story.severity) < SEVERITIES.index(spec.severity) and story.kind == "finding":
        return False
    if not spec.q or happening.node_id is None:
        return True
    try:
        return search.fits(session, now, spec.q, happening.node_id)
    except Refusal:  # a query under a name that somebody has forgotten: rather one message too many
        return True


def _take_up(session: Session, now: datetime, rule_id: str, spec: RuleSpec, happening: Happening, story: Story) -> None:
    matter = session.get(Matter, (rule_id, story.subject))
    if matter is None:
        if not story.bad and story.kind != "run":
            return  # nobody was told that it was bad
        matter = Matter(rule_id=rule_id, subject=story.subject, told_bad=None, tellings=0, counted_from=now)
        session.add(matter)
    matter.node_id, matter.topic, matter.text, matter.link = happening.node_id, story.topic, story.text, story.link
    matter.severity, matter.bad, matter.since = story.severity, story.bad, happening.at
    matter.pending = matter.told_bad != story.bad
    if not story.bad and matter.told_bad is None and story.kind != "run":
        matter.pending = False  # over before anybody was told
    if not story.bad:
        matter.remind_at = None
    wait = spec.delaySeconds if story.lasts and story.bad and story.kind == "node.offline" else 0
    due = now + timedelta(seconds=max(wait, spec.groupSeconds))
    if matter.tellings >= MOST_TELLINGS - 1 and now - matter.counted_from < WINDOW:
        matter.text += f"; it comes and goes, so you hear of it again when it is steady for {STEADY.seconds // 60} min"
    if matter.tellings >= MOST_TELLINGS and now - matter.counted_from < WINDOW + STEADY:
        due = max(due, now + STEADY)
    matter.due_at = not_before(spec, due, story.severity)
    session.flush()


def _note_told(matter: Matter, spec: RuleSpec, now: datetime) -> None:
    if now - matter.counted_from >= WINDOW:
        matter.counted_from, matter.tellings = now, 0
    matter.told_bad, matter.told_at, matter.tellings = matter.bad, now, matter.tellings + 1
    remind = spec.remindSeconds and matter.bad and matter.subject.startswith(("node:", "finding:", "run:"))
    matter.remind_at = now + timedelta(seconds=spec.remindSeconds) if remind else None


def _write(
    session: Session, now: datetime, specs: dict[str, RuleSpec], public_url: str, matters: Sequence[Matter], prefix: str
) -> None:
    together: dict[tuple[str, str], list[Matter]] = {}
    topics = Counter(rule_id for rule_id, _ in {(matter.rule_id, matter.topic) for matter in matters})
    for matter in sorted(matters, key=lambda each: (each.rule_id, each.topic, each.text)):
        topic = MANY if topics[matter.rule_id] > MOST_TOPICS else matter.topic
        topic = "digest" if specs[matter.rule_id].digest else topic
        together.setdefault((matter.rule_id, topic), []).append(matter)
    for (rule_id, topic), group in together.items():
        for channel_id in specs[rule_id].channels:
            session.add(_delivery(now, rule_id, channel_id, prefix + _title(topic, group), group, public_url))
        wake(session, "fleet", "deliveries")


def _title(topic: str, group: list[Matter]) -> str:
    if topic == "digest":
        return f"The last day: {len(group)} {'thing' if len(group) == 1 else 'things'}"
    if len(group) == 1:
        return group[0].text
    nodes = len({matter.node_id for matter in group if matter.node_id})
    return f"{topic}: {len(group)}" + (f" on {nodes} nodes" if nodes > 1 else "")


def _delivery(
    now: datetime, rule_id: str, channel_id: str, title: str, group: list[Matter], public_url: str
) -> Delivery:
    links = {matter.subject: f"{public_url}/dashboard/{quote(matter.link)}" for matter in group}
    lines = [f"{matter.text}\n  {links[matter.subject]}" for matter in group[:LISTED]]
    more = [f"and {len(group) - LISTED} more"] if len(group) > LISTED else []
    data = {
        "matters": [
            {
                "subject": matter.subject, "nodeId": matter.node_id, "severity": matter.severity, "bad": matter.bad,
                "text": matter.text, "link": links[matter.subject], "since": matter.since.isoformat(),
            }
            for matter in group[:LISTED]
        ],
        "count": len(group),
    }  # fmt: skip
    return Delivery(
        id=ids.new(), channel_id=channel_id, rule_id=rule_id, title=title, body="\n".join(lines + more), data=data,
        state=Sent.WAITING, attempts=0, due_at=now, error="", made_at=now,
    )  # fmt: skip


def _alone(session: Session) -> bool:
    if session.get_bind().dialect.name == "sqlite":
        return True
    return bool(session.scalar(text("SELECT pg_try_advisory_xact_lock(7298346005)")))
