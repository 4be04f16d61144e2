"""What every answer tells the browser: run and load only our own files, guess no types, let nobody frame a page."""

from litestar.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer a form would be sent with "Origin: null"
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


def around(app: ASGIApp) -> ASGIApp:
    """Adds each header that the answer does not have of its own."""

    async def shielded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_shielded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                added = [(name, value) for name, value in ENCODED if name not in given]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await app(scope, receive, send_shielded)

    return shielded


ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
