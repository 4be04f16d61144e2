"""hyprbox serve: the control plane."""

import os

import click

from hyprbox.cli import show
from hyprbox.cli.local import read_config


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=4000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes; on SQLite one.")
def command(host: str, port: int, workers: int) -> None:
    """The control plane; migrates its database on start."""
    settings = read_config()
    from hyprbox import migrations, serve  # the framework takes half a second; --help and a bad variable need not wait
    from hyprbox import workers as many

    serve.set_up_logging()
    one_of_many = many.ONE_OF_MANY in os.environ
    try:
        if not one_of_many:
            serve.prepare(settings)
    except migrations.SchemaIsNewer as error:
        show.fail(str(error))
    if workers > 1 and settings.database_url.startswith("sqlite"):
        show.fail(f"--workers is {workers}, expected 1: the embedded database has one writer; use PostgreSQL", 2)
    if workers > 1:
        many.supervise(workers, host, port)
    else:
        serve.serve(settings, host, port, share_port=one_of_many)
