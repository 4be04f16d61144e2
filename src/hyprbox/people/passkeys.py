"""Passkeys: what a browser is asked, and what of its answer is believed. The cryptography is the webauthn package's."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete
from sqlalchemy.orm import Session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hyprbox.audit import store as audit
from hyprbox.errors import Conflict, Invalid, Missing, Unauthenticated
from hyprbox.people import doorsteps, factors
from hyprbox.people.doorsteps import Kind
from hyprbox.people.model import Passkey, Person

VERIFIED = UserVerificationRequirement.REQUIRED  # a finger or a PIN: so a passkey is two factors in one
REFUSED = "this passkey is not known here, or its answer does not fit"

Options = dict[str, Any]


def domain(public_url: str) -> str | None:
    """For which passkeys are made; browsers make none for an address of numbers."""
    host = urlsplit(public_url).hostname or ""
    return None if ":" in host or host.replace(".", "").isdecimal() else host


def to_add(session: Session, now: datetime, public_url: str, person: Person) -> Options:
    """What the browser needs to make one, and the step with which it comes back."""
    known = [
        PublicKeyCredentialDescriptor(base64url_to_bytes(key.id)) for key in factors.passkeys_of(session, person.id)
    ]
    options = generate_registration_options(
        rp_id=_domain(public_url), rp_name="HyprBox", user_name=person.name, user_id=person.id.encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=known,
    )  # fmt: skip
    return _begun(session, now, options_to_json_dict(options), options.challenge, person.id)


def to_use(session: Session, now: datetime, public_url: str, person: Person | None = None) -> Options:
    """Of one person, or of whoever is there."""
    known = factors.passkeys_of(session, person.id) if person else []
    options = generate_authentication_options(
        rp_id=_domain(public_url), user_verification=VERIFIED,
        allow_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(key.id)) for key in known],
    )  # fmt: skip
    return _begun(session, now, options_to_json_dict(options), options.challenge, person.id if person else None)


def add(session: Session, now: datetime, public_url: str, person_id: str, step: str, answer: str, name: str) -> Passkey:
    begun = doorsteps.end(session, now, Kind.PASSKEY, step)
    if begun["person"] != person_id:
        raise Unauthenticated(REFUSED)
    try:
        made = verify_registration_response(
            credential=_read(answer), expected_challenge=base64url_to_bytes(begun["challenge"]),
            expected_rp_id=_domain(public_url), expected_origin=_origin(public_url), require_user_verification=True,
        )  # fmt: skip
    except WebAuthnException as error:
        raise Unauthenticated(f"the passkey was not made: {error}") from None
    key_id = bytes_to_base64url(made.credential_id)
    if session.get(Passkey, key_id):
        raise Conflict("this passkey is known already")
    key = Passkey(
        id=key_id, person_id=person_id, name=name.strip()[:60] or "Passkey", created_at=now,
        public_key=bytes_to_base64url(made.credential_public_key), sign_count=made.sign_count,
    )  # fmt: skip
    session.add(key)
    person = session.get_one(Person, person_id)
    audit.record(session, now, person.name, "person.passkey", person.name, added=key.name)
    return key


def used(session: Session, now: datetime, public_url: str, step: str, answer: str) -> Person:
    """Who is there. A counter that did not go on speaks of a copy, which is refused."""
    begun, credential = doorsteps.end(session, now, Kind.PASSKEY, step), _read(answer)
    key = session.get(Passkey, str(credential.get("id")))
    if key is None or begun["person"] not in (None, key.person_id):
        raise Unauthenticated(REFUSED)
    try:
        seen = verify_authentication_response(
            credential=credential, expected_challenge=base64url_to_bytes(begun["challenge"]),
            expected_rp_id=_domain(public_url), expected_origin=_origin(public_url), require_user_verification=True,
            credential_public_key=base64url_to_bytes(key.public_key), credential_current_sign_count=key.sign_count,
        )  # fmt: skip
    except WebAuthnException:
        raise Unauthenticated(REFUSED) from None
    key.sign_count, key.used_at = seen.new_sign_count, now
    person = session.get_one(Person, key.person_id)
    if person.disabled_at is not None:
        raise Unauthenticated(REFUSED)
    return person


def remove(session: Session, now: datetime, person_id: str, key_id: str) -> None:
    mine = Passkey.id == key_id, Passkey.person_id == person_id
    name = session.scalar(delete(Passkey).where(*mine).returning(Passkey.name))
    if name is None:
        raise Missing("this passkey was removed already")
    person = session.get_one(Person, person_id)
    audit.record(session, now, person.name, "person.passkey", person.name, removed=name)


def _begun(session: Session, now: datetime, options: Options, challenge: bytes, person_id: str | None) -> Options:
    text = bytes_to_base64url(challenge)
    return {
        "options": options,
        "step": doorsteps.begin(session, now, Kind.PASSKEY, {"challenge": text, "person": person_id}),
    }


def _domain(public_url: str) -> str:
    found = domain(public_url)
    if found is None:
        raise Conflict(f"HYPRBOX_PUBLIC_URL is {public_url}, expected a name instead of an address: passkeys need one")
    return found


def _origin(public_url: str) -> str:
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _read(answer: str) -> dict[str, Any]:
    try:
        read = json.loads(answer)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise Invalid("the passkey's answer is malformed, expected what the browser made")
    return read
