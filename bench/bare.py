"""`hyprbox serve` with an endpoint in front of it that does nothing: what a server and ASGI cost by themselves."""

from hyprbox import __main__, app
from hyprbox.hot.call import Receive, Scope, Send
from hyprbox.hot.shim import App

PATH = "/bare"
ANSWER = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}


def main() -> None:
    create = app.create
    app.create = lambda shared: before(create(shared))
    __main__.main()


def before(inner: App) -> App:
    async def bare(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH:
            await inner(scope, receive, send)
            return
        await send(ANSWER)
        await send({"type": "http.response.body", "body": b"ok"})

    return bare


if __name__ == "__main__":
    main()
