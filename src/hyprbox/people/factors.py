"""The second factor: one-time codes of an app, RFC 6238, and recovery codes for the day when the phone is lost."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hyprbox import sealing, secret
from hyprbox.audit import store as audit
from hyprbox.errors import Unauthenticated
from hyprbox.people.model import Passkey, Person, RecoveryCode

DIGITS, SECONDS = 6, 30  # what every app can do
STEPS_OFF = 1  # how far the clock of a phone may be off
CODES = 10
PASSKEY_REFUSED = "this passkey is not known here, or its answer does not fit"


def new_secret() -> str:
    """160 bits, as base32, which is how apps want it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def address(secret_text: str, name: str, host: str) -> str:
    """What the app reads off the picture."""
    issuer = quote(f"HyprBox {host}")
    return f"otpauth://totp/{issuer}:{quote(name)}?secret={secret_text}&issuer={issuer}"


def code_at(secret_text: str, step: int) -> str:
    return _totp(secret_text).generate(step * SECONDS).decode()


def matching_step(secret_text: str, typed: str, now: datetime, after: int | None = None) -> int | None:
    """The step whose code this is, if it is later than `after`: a code is used up by its use."""
    current = int(now.timestamp()) // SECONDS
    for step in range(current - STEPS_OFF, current + STEPS_OFF + 1):
        if (after is None or step > after) and hmac.compare_digest(code_at(secret_text, step), _digits(typed)):
            return step
    return None


def set_up(session: Session, now: datetime, person_id: str, secret_text: str, typed: str) -> list[str]:
    """The recovery codes, which are nowhere else from here on; Unauthenticated when the code does not fit."""
    person = session.get_one(Person, person_id)
    step = matching_step(secret_text, typed, now)
    if step is None:
        raise Unauthenticated("the code does not fit, expected the six digits that the app shows at this moment")
    person.totp_secret, person.totp_step = sealed(session, secret_text), step
    audit.record(session, now, person.name, "person.second-factor", person.name, on=True)
    return new_codes(session, now, person)


def remove(session: Session, now: datetime, actor: str, person: Person) -> None:
    if person.totp_secret is not None:
        person.totp_secret = person.totp_step = None
        audit.record(session, now, actor, "person.second-factor", person.name, on=False)
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))


def remove_all(session: Session, now: datetime, actor: str, person: Person) -> None:
    """Passkeys too: for somebody who has lost everything."""
    remove(session, now, actor, person)
    session.execute(delete(Passkey).where(Passkey.person_id == person.id))


def new_codes(session: Session, now: datetime, person: Person) -> list[str]:
    """Of 80 bits each, so that a digest of them gives nothing away. The ones before end."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [_grouped(base64.b32encode(secrets.token_bytes(10)).decode().lower()) for _ in range(CODES)]
    session.add_all(RecoveryCode(digest=secret.digest(_plain(code)), person_id=person.id) for code in codes)
    audit.record(session, now, person.name, "person.recovery-codes", person.name)
    return codes


def codes_left(session: Session, person_id: str) -> int:
    return session.scalar(select(func.count()).where(RecoveryCode.person_id == person_id)) or 0


def accept(session: Session, now: datetime, person: Person, typed: str) -> bool:
    """A one-time code or a recovery code, which is used up by it."""
    if person.totp_secret is None:
        return False
    if _use_recovery_code(session, now, person, typed):  # first: it is good even when the key is not the one any more
        return True
    step = matching_step(opened(session, person.totp_secret), typed, now, person.totp_step)
    if step is not None:
        person.totp_step = step
    return step is not None


def sealed(session: Session, secret_text: str) -> str:
    """As it may lie in the database."""
    return sealing.seal(sealing.key_of(session), sealing.SECOND_FACTORS, secret_text)


def opened(session: Session, stored: str) -> str:
    """One in clear as well: a process of an earlier version may have written it a moment ago."""
    if not sealing.is_sealed(stored):
        return stored
    return sealing.unseal(sealing.key_of(session), sealing.SECOND_FACTORS, stored)


def seal_old(session: Session) -> None:
    """Those that an earlier version has left in clear."""
    for person in session.scalars(select(Person).where(Person.totp_secret.is_not(None))):
        if not sealing.is_sealed(person.totp_secret or ""):
            person.totp_secret = sealed(session, person.totp_secret or "")


def _use_recovery_code(session: Session, now: datetime, person: Person, typed: str) -> bool:
    fits = RecoveryCode.digest == secret.digest(_plain(typed)), RecoveryCode.person_id == person.id
    if session.scalar(delete(RecoveryCode).where(*fits).returning(RecoveryCode.digest)) is None:
        return False
    audit.record(session, now, person.name, "person.recovery-code", person.name)
    return True


def passkeys_of(session: Session, person_id: str) -> Sequence[Passkey]:
    return session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.created_at)).all()


def _totp(secret_text: str) -> TOTP:
    return TOTP(base64.b32decode(secret_text), DIGITS, SHA1(), SECONDS)  # what apps can do


def _digits(typed: str) -> str:
    """Apps show "123 456"."""
    return "".join(sign for sign in typed if sign in "0123456789")


def _plain(code: str) -> str:
    return "".join(sign for sign in code.lower() if sign.isalnum())


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
