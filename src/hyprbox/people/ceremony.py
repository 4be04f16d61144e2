"""What the webauthn package does for passkeys: it asks a browser, and checks what the browser's key has signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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

from hyprbox.errors import Unauthenticated
from hyprbox.people.factors import PASSKEY_REFUSED
from hyprbox.people.model import Passkey, Person

VERIFIED = UserVerificationRequirement.REQUIRED  # a finger or a PIN: so a passkey is two factors in one

Options = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    id: str
    public_key: str
    sign_count: int


class Ceremony:
    """Bytes are base64url outside of it."""

    def __init__(self, domain: str, origin: str) -> None:
        self._domain, self._origin = domain, origin

    def ask_to_make(self, person: Person, known: Sequence[Passkey]) -> tuple[Options, str]:
        """What the browser needs, and the challenge."""
        options = generate_registration_options(
            rp_id=self._domain, rp_name="HyprBox", user_name=person.name, user_id=person.id.encode(),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
            ),
            exclude_credentials=_named(known),
        )  # fmt: skip
        return options_to_json_dict(options), bytes_to_base64url(options.challenge)

    def ask_to_show(self, known: Sequence[Passkey]) -> tuple[Options, str]:
        options = generate_authentication_options(
            rp_id=self._domain, user_verification=VERIFIED, allow_credentials=_named(known)
        )
        return options_to_json_dict(options), bytes_to_base64url(options.challenge)

    def made(self, answer: dict[str, Any], challenge: str) -> Made:
        try:
            made = verify_registration_response(
                credential=answer, expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._domain, expected_origin=self._origin, require_user_verification=True,
            )  # fmt: skip
        except WebAuthnException as error:
            raise Unauthenticated(f"the passkey was not made: {error}") from None
        public_key = bytes_to_base64url(made.credential_public_key)
        return Made(bytes_to_base64url(made.credential_id), public_key, made.sign_count)

    def shown(self, answer: dict[str, Any], challenge: str, key: Passkey) -> int:
        """Its new counter: one that did not go on speaks of a copy, which is refused."""
        try:
            seen = verify_authentication_response(
                credential=answer, expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._domain, expected_origin=self._origin, require_user_verification=True,
                credential_public_key=base64url_to_bytes(key.public_key), credential_current_sign_count=key.sign_count,
            )  # fmt: skip
        except WebAuthnException:
            raise Unauthenticated(PASSKEY_REFUSED) from None
        return seen.new_sign_count


def _named(keys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(base64url_to_bytes(key.id)) for key in keys]
