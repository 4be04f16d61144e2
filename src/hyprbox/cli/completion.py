"""hyprbox completion: what a shell offers behind the tabulator."""

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Prints the completion of a shell, to be read by it: `eval "$(hyprbox completion bash)"`."""
    from hyprbox.cli import main  # it knows this command too

    made = get_completion_class(shell)
    assert made is not None
    print(made(main, {}, "hyprbox", "_HYPRBOX_COMPLETE").source())
