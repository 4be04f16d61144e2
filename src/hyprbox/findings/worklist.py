"""What needs somebody: open problems by type, worst first, each with one of its findings as an example."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.findings import search
from hyprbox.findings.model import Finding
from hyprbox.findings.search import Group
from hyprbox.findings.titles import title
from hyprwire import Severity


@dataclass(frozen=True, slots=True)
class Problem:
    """`example` is the newest finding of the group."""

    group: Group
    example: Finding

    @property
    def title(self) -> str:
        return title(self.group.type)

    @property
    def is_being_fixed(self) -> bool:
        return self.group.fixing == self.group.findings


def problems(session: Session, least: Severity = Severity.WARN) -> list[Problem]:
    groups = search.groups(session, least)
    rows = session.scalars(select(Finding).where(Finding.id.in_([group.newest for group in groups])))
    examples = {finding.id: finding for finding in rows}
    return [Problem(group, examples[group.newest]) for group in groups]
