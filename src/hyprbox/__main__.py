"""`python -m hyprbox`, and the command `hyprbox`."""

from hyprbox.cli import main

if __name__ == "__main__":
    main()
