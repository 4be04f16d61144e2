from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from hyprbox.db import Base


class Role(StrEnum):
    """Each may do what the ones before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(needed)


class Person(Base):
    """`totp_secret` is sealed; `totp_step`: of the last one-time code that was taken; `subject`: who they are at the
    single sign-on; `failures`: of strangers, since the last sign-in."""

    __tablename__ = "people"
    __table_args__ = (Index("people_by_subject", "subject", unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    totp_secret: Mapped[str | None]
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    subject: Mapped[str | None]

    @property
    def ways(self) -> str:
        """How they come in, in words."""
        first = "single sign-on" if self.subject else "a password" if self.password else "a sign-in link"
        return f"{first} and a code" if self.totp_secret else first


class SignIn(Base):
    """A browser's session; `digest` is of the cookie, `confirmed_at` when the person last proved to be there."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    address: Mapped[str]
    browser: Mapped[str]


class Place(Base):
    """From where somebody tries to come in. `place` is its kind and what tells it from others of that kind;
    `known_at`: when they last came in from there."""

    __tablename__ = "places"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True, index=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    known_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]


class SignInLink(Base):
    """Lets one person in once without a password."""

    __tablename__ = "sign_in_links"

    digest: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    expires_at: Mapped[datetime]


class RecoveryCode(Base):
    """Stands in once for the one-time code of a lost phone."""

    __tablename__ = "recovery_codes"

    digest: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)


class Passkey(Base):
    """A WebAuthn credential; `id` and `public_key` as base64url."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str]
    public_key: Mapped[str]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Doorstep(Base):
    """Something that somebody has begun and is to end within minutes: a sign-in, a second factor, a passkey."""

    __tablename__ = "doorsteps"

    digest: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiKey(Base):
    """`person_id`: whose it is; of nobody when it was made on the command line."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    prefix: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    revoked_at: Mapped[datetime | None]
