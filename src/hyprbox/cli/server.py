"""hyprbox serve: the control plane."""

import click

from hyprbox.cli import show
from hyprbox.cli.local import read_config


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=4000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes; on SQLite one.")
def command(host: str, port: int, workers: int) -> None:
    """The control plane; migrates its database on start."""
    from hyprbox import serve  # the framework takes a third of a second, which other commands need not wait for

    settings = read_config()
    if workers > 1:
        show.fail(f"--workers is {workers}, expected 1: this version serves with one process", 2)
    serve.set_up_logging()
    serve.serve(settings, host, port)
