"""People and API keys as programs see them."""

from dataclasses import dataclass
from datetime import datetime

from hyprbox.people.model import ApiKey, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    name: str
    role: str
    createdAt: datetime
    disabledAt: datetime | None
    hasPassword: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    id: str
    name: str
    role: str
    prefix: str
    createdAt: datetime
    createdBy: str
    revokedAt: datetime | None


def view(person: Person) -> PersonView:
    return PersonView(
        name=person.name, role=person.role, createdAt=person.created_at, disabledAt=person.disabled_at,
        hasPassword=person.password is not None,
    )  # fmt: skip


def key_view(key: ApiKey) -> KeyView:
    return KeyView(
        id=key.id, name=key.name, role=key.role, prefix=key.prefix, createdAt=key.created_at,
        createdBy=key.created_by, revokedAt=key.revoked_at,
    )  # fmt: skip
