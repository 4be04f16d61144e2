"""`python -m hyprbox`, and the command `hyprbox`."""

import gc

from hyprbox.cli import main as command


def main() -> None:
    gc.set_threshold(100_000, 50, 100)  # modules are no garbage; looking among them was a fifth of reading them
    command()


if __name__ == "__main__":
    main()
