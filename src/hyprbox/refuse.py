"""Refusals and faults as answers: a problem in JSON for programs, a page for people."""

import logging
from typing import Any
from urllib.parse import quote

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect, Template

from hyprbox import errors
from hyprbox.fresh import ConfirmFirst
from hyprbox.visitor import address_of

log = logging.getLogger(__name__)

SIGN_IN = "/dashboard/sign-in"
FAULT = "something went wrong here; the log of this server says what"


def refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    refusal = errors.as_refusal(error) or _of_framework(request, error)
    if refusal is None:
        log.exception("%s %s failed", request.method, request.url.path.encode("unicode_escape").decode())
        refusal = errors.Fault(FAULT)
    return _page(request, refusal) if request.url.path.startswith("/dashboard") else _problem(refusal)


def _problem(refusal: errors.Refusal) -> Response[bytes]:
    status, headers, body = errors.problem(refusal)
    return Response(body, status_code=status, headers=headers, media_type=headers["content-type"])


def _page(request: Request[Any, Any, Any], refusal: errors.Refusal) -> Response[Any]:
    if refusal.status == 401:
        return _sign_in_first(request)
    headers = {} if refusal.retry_after is None else {"retry-after": str(refusal.retry_after)}
    confirm = isinstance(refusal, ConfirmFirst)
    return Template(
        "people/confirm.html" if confirm else "error.html",
        context={"refusal": refusal, "action": address_of(request)} if confirm else {"refusal": refusal},
        status_code=refusal.status,
        media_type=MediaType.HTML,
        headers=headers,
    )


def _sign_in_first(request: Request[Any, Any, Any]) -> Response[Any]:
    """Back here afterwards; a page that only fetches news of itself is left as a whole."""
    if "hx-request" in request.headers:
        return Response(b"", status_code=401, headers={"hx-redirect": SIGN_IN})
    after = f"?next={quote(address_of(request), safe='')}" if request.method == "GET" else ""
    return Redirect(SIGN_IN + after, status_code=303)


def _of_framework(request: Request[Any, Any, Any], error: Exception) -> errors.Refusal | None:
    """What the framework itself refuses: unknown paths, bodies and parameters of the wrong type."""
    if not isinstance(error, HTTPException) or error.status_code >= 500:
        return None
    refusal = errors.Refusal(_sentence(request, error))
    refusal.status = error.status_code
    refusal.title = TITLES.get(error.status_code, "Bad request")
    return refusal


TITLES = {kind.status: kind.title for kind in (errors.Missing, errors.TooLarge, errors.Forbidden)} | {
    405: "Method not allowed"
}


def _sentence(request: Request[Any, Any, Any], error: HTTPException) -> str:
    path = request.url.path[:80]
    if error.status_code == 404:
        return f"there is nothing at {path!a}"
    if error.status_code == 405:
        return f"{path!a} does not answer {request.method}"
    extra = getattr(error, "extra", None)
    if isinstance(extra, list) and extra and isinstance(extra[0], dict):
        return "; ".join(f"{item.get('key', 'body')}: {item.get('message', 'is invalid')}" for item in extra)
    return error.detail
