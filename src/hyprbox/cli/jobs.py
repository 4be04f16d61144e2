"""hyprbox job: what was run."""

import sys

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import as_json, limit
from hyprbox.cli.run import watch_one
from hyprbox.cli.watching import until_its_end, writer

COLUMNS = {
    "ID": "id", "STATE": "state", "NODE": "nodeId", "WHAT": "title", "EXIT": "exitCode", "BY": "createdBy",
    "QUEUED": "createdAt",
}  # fmt: skip
FACTS = {
    "Job": "id", "State": "state", "Node": "nodeId", "What": "title", "Exit code": "exitCode", "Reason": "reason",
    "Signal": "signal", "Error": "errorMsg", "Queued": "createdAt", "By": "createdBy", "Started": "startedAt",
    "Ended": "finishedAt", "Output bytes": "outputBytes", "Preset": "preset", "Parameters": "params",
    "Run again from": "rerunOf", "Survivors": "survivors",
}  # fmt: skip
STATES = ("QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "EXPIRED", "LOST")


@click.group("job")
def command() -> None:
    """Jobs: list, show, output, cancel, rerun."""


@command.command("list")
@click.option("--node", "node_id", metavar="ID")
@click.option("--state", type=click.Choice(STATES, case_sensitive=False))
@limit
@as_json
def index(node_id: str | None, state: str | None, limit: int, as_json: bool) -> None:
    """Newest first."""
    rows = list(remote.needed().items("/api/jobs", limit, nodeId=node_id, state=state))
    show.data(rows) if as_json else show.table(rows, COLUMNS, "No job matches.")


@command.command("show")
@click.argument("job_id", metavar="ID")
@as_json
def show_one(job_id: str, as_json: bool) -> None:
    """Its state, and how it ended."""
    row = remote.needed().get(remote.of("jobs", job_id))
    show.data(row) if as_json else show.facts(row, FACTS)


@command.command()
@click.argument("job_id", metavar="ID")
@click.option("-f", "--follow", "follows", is_flag=True, help="Until it ends.")
@click.option("--raw", is_flag=True, help="Hand the output on as it is, terminal sequences included.")
def output(job_id: str, follows: bool, raw: bool) -> None:
    """What it printed."""
    api = remote.needed()
    write = writer(raw, sys.stdout.write)
    if follows:
        until_its_end(api, job_id, write)
        return
    with api.http.stream("GET", remote.of("jobs", job_id, "output")) as response:
        if response.is_error:
            response.read()
            show.fail(remote.sentence_of(response))
        for text in response.iter_text():
            write(text)


@command.command()
@click.argument("job_id", metavar="ID")
def cancel(job_id: str) -> None:
    """A running one is asked to end, and killed when it does not."""
    print(remote.needed().post(remote.of("jobs", job_id, "cancellation"))["state"])


@command.command()
@click.argument("job_id", metavar="ID")
@click.option("--raw", is_flag=True)
def rerun(job_id: str, raw: bool) -> None:
    """The same again, as a new job; ends with its exit code."""
    api = remote.needed()
    sys.exit(watch_one(api, api.post(remote.of("jobs", job_id, "rerun")), raw))
