"""`hyprbox serve` as it would be without its protocol below ASGI, to see what that is worth."""

from bench import bare
from hyprbox import serve
from hyprbox.hot.protocol import Patient

if __name__ == "__main__":
    serve.protocol_for = lambda _: Patient
    bare.main()
