"""hyprbox demo: a believable fleet in a throw-away database."""

import click


@click.command("demo")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=4000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed is the same fleet.")
def command(host: str, port: int, seed: int) -> None:
    """Forty servers that are not there, with five weeks of history: for trying HyprBox without any.

    They live while it runs: they send heartbeats and work off what is started on them, though nothing runs. The
    database is made in a temporary folder and goes with it.
    """
    from hyprbox.demo import play  # the framework takes half a second; --help need not wait

    play.play(host, port, seed)
