"""The provider of the single sign-on: where it is asked, and what of its answer is believed (OpenID Connect Core).

The checks of the ID token are Authlib's; nothing in it counts before its signature does.
"""

import ssl
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hyprbox.config import Config
from hyprbox.errors import Forbidden, Unavailable

SCOPE = "openid profile email"
SIGNED_WITH = ["RS256", "PS256", "ES256", "EdDSA", "RS512", "ES384"]  # never "none", never a secret of ours
LEEWAY = 60
LONGEST_ANSWER = 1024 * 1024
AWAY = "the single sign-on does not answer as expected, try again or use another way in"


@dataclass(frozen=True, slots=True)
class Somebody:
    subject: str
    name: str
    groups: tuple[str, ...]


class Provider:
    def __init__(self, config: Config, back: str) -> None:
        self._config, self._back = config, back

    async def door(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent."""
        about = await self._about()
        asked = {
            "response_type": "code", "client_id": self._config.oidc_client_id, "redirect_uri": self._back,
            "scope": SCOPE, "state": state, "nonce": nonce, "code_challenge_method": "S256",
            "code_challenge": create_s256_code_challenge(verifier),
        }  # fmt: skip
        return f"{about['authorization_endpoint']}?{urlencode(asked)}"

    async def who(self, code: str, nonce: str, verifier: str) -> Somebody:
        about = await self._about()
        token = await self._exchange(about["token_endpoint"], code, verifier)
        claims = self._check(about, await self._get(about["jwks_uri"]), str(token.get("id_token")), nonce)
        return _somebody(claims, self._config)

    async def _about(self) -> dict[str, Any]:
        found = await self._get(f"{self._config.oidc_issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self._config.oidc_issuer:
            raise Unavailable(f"the single sign-on calls itself {found.get('issuer')}, expected HYPRBOX_OIDC_ISSUER")
        return found

    async def _exchange(self, address: str, code: str, verifier: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._back,
            "client_id": self._config.oidc_client_id, "code_verifier": verifier,
        }  # fmt: skip
        if self._config.oidc_client_secret_file:
            form["client_secret"] = self._config.oidc_client_secret_file.read_text().strip()
        return await self._ask("POST", address, data=form)

    async def _get(self, address: str) -> dict[str, Any]:
        return await self._ask("GET", address)

    async def _ask(self, method: str, address: str, **body: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=10, verify=_trusted()) as http:
                answer = (await http.request(method, address, **body)).raise_for_status()
                said = answer.json() if len(answer.content) < LONGEST_ANSWER else None
        except (httpx.HTTPError, ValueError):
            raise Unavailable(AWAY) from None
        if not isinstance(said, dict):
            raise Unavailable(AWAY)
        return said

    def _check(self, about: dict[str, Any], keys: dict[str, Any], text: str, nonce: str) -> dict[str, Any]:
        try:
            token = jwt.decode(text, KeySet.import_key_set(keys), algorithms=SIGNED_WITH)  # type: ignore[arg-type]  # a dict of JSON is what it takes
            options = {
                "iss": {"essential": True, "value": about["issuer"]},
                "aud": {"essential": True, "value": self._config.oidc_client_id},
                "nonce": {"essential": True, "value": nonce},
            }
            params = {"nonce": nonce, "client_id": self._config.oidc_client_id}
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(now=int(time.time()), leeway=LEEWAY)
        except (JoseError, ValueError, KeyError):
            raise Forbidden("the single sign-on's answer does not hold, begin again") from None
        return dict(claims)


@cache
def _trusted() -> ssl.SSLContext:
    """Read once: it takes a tenth of a second in which nobody else is answered, and strangers can ask for it."""
    return httpx.create_ssl_context()


def _somebody(claims: dict[str, Any], config: Config) -> Somebody:
    groups = claims.get(config.oidc_groups_claim)
    name = claims.get("preferred_username") or claims.get("email") or claims.get("name") or claims["sub"]
    listed = groups if isinstance(groups, list) else [groups] if isinstance(groups, str) else []
    return Somebody(f"{claims['iss']}|{claims['sub']}", str(name)[:64], tuple(map(str, listed)))
