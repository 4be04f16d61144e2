"""`hyprbox serve` as it would be without its protocol below ASGI, to see what that is worth."""

from hyprbox import __main__, serve
from hyprbox.hot.protocol import Patient

if __name__ == "__main__":
    serve.protocol_for = lambda _: Patient
    __main__.main()
