"""Every table, in one place: what the migrations are compared with."""

from hyprbox.audit import model as audit
from hyprbox.db import Base
from hyprbox.enrolments import model as enrolments
from hyprbox.facts import model as facts
from hyprbox.findings import model as findings
from hyprbox.guards import model as guards
from hyprbox.inventory import model as inventory
from hyprbox.jobs import model as jobs
from hyprbox.nodes import model as nodes
from hyprbox.notices import model as notices
from hyprbox.people import model as people
from hyprbox.presets import model as presets
from hyprbox.remediations import model as remediations
from hyprbox.runs import model as runs
from hyprbox.schedules import model as schedules
from hyprbox.suppressions import model as suppressions
from hyprbox.thresholds import model as thresholds
from hyprbox.tokens import model as tokens
from hyprbox.windows import model as windows

MODELS = [
    facts,
    audit,
    people,
    tokens,
    nodes,
    enrolments,
    thresholds,
    inventory,
    findings,
    suppressions,
    jobs,
    remediations,
    guards,
    presets,
    windows,
    runs,
    schedules,
    notices,
]
METADATA = Base.metadata
