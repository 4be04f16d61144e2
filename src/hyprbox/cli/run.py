"""hyprbox run: something on one node or many, with its output live."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from shlex import join
from typing import Any

import click
from click.core import ParameterSource

from hyprbox.cli import many, remote, show
from hyprbox.cli.options import Duration
from hyprbox.cli.remote import Remote
from hyprbox.cli.safe import plain
from hyprbox.cli.watching import Lines, until_its_end, writer

AT_ONCE = 64
LONGEST = timedelta(days=7)
COLUMNS = {"NODE": "nodeId", "STATE": "state", "EXIT": "exitCode", "JOB": "id", "REASON": "errorMsg"}

settings = click.option("--set", "sets", multiple=True, metavar="K=V", help="A parameter of the preset.")


@click.command("run")
@click.option("--node", "nodes", multiple=True, metavar="ID", help="On this node; may be given again.")
@click.option("--timeout", type=Duration(), default="30m", show_default=True)
@click.option("--script", "file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--preset", metavar="ID")
@settings
@click.option("--raw", is_flag=True, help="Hand the output on as it is, terminal sequences included.")
@many.options
@click.argument("words", metavar="[QUERY] [-- COMMAND…]", nargs=-1, type=click.UNPROCESSED)
def command(
    nodes: tuple[str, ...], timeout: timedelta, file: Path | None, preset: str | None, sets: tuple[str, ...],
    raw: bool, words: tuple[str, ...], detach: bool, **careful: Any,
) -> None:  # fmt: skip
    """Runs COMMAND, a script or a preset, and ends with its exit code.

    On several nodes each line begins with its node, a table says how it went, and the exit code is 1 if any failed.
    Without --node the first word is a QUERY, and the run goes batch after batch over the nodes that match it now.
    """
    query = None
    if not nodes:
        query, *words = words or (None,)  # type: ignore[assignment]  # words is read only
    if query == "":
        raise click.UsageError("QUERY is empty, expected which nodes; node=* is every one")
    if sum(map(bool, (words, file, preset))) != 1 or not (nodes or query):
        raise click.UsageError("expected --node ID or a QUERY, and one of -- COMMAND, --script FILE or --preset ID")
    if nodes:
        refuse_what_is_of_a_run(careful)
    if timeout > LONGEST:
        raise click.UsageError(f"--timeout is longer than it may be, expected at most {LONGEST.days}d")
    api = remote.needed()
    body = what(words, file, preset, sets) | {"timeoutSeconds": int(timeout.total_seconds())}
    if preset:
        del body["timeoutSeconds"]
    if query is not None:
        sys.exit(many.run(api, {"q": query, **body}, raw, detach=detach, **careful))
    jobs = start(api, list(dict.fromkeys(nodes)), body, detach)
    if detach:
        return
    sys.exit(watch_one(api, jobs[0], raw) if len(jobs) == 1 else watch_many(api, jobs, raw))


def start(api: Remote, nodes: list[str], body: dict[str, Any], detach: bool) -> list[Any]:
    """All nodes or none, as far as can be known before: whoever repeats the command would run it twice on the first."""
    if len(nodes) > 1:
        for node in nodes:
            api.get(remote.of("nodes", node))
    jobs: list[Any] = []
    for node in nodes:
        try:
            jobs.append(api.post("/api/jobs", {"nodeId": node, **body}))
        except SystemExit:  # the refusal is said already
            for job in jobs:
                print(f"hyprbox: job {job['id']} was started on {plain(job['nodeId'])}", file=sys.stderr)
            raise
        if detach:
            print(jobs[-1]["id"], flush=True)
    return jobs


def refuse_what_is_of_a_run(careful: Any) -> None:
    """Passed over, --plan would run what was only to be shown."""
    source = click.get_current_context().get_parameter_source
    for name in careful:
        if source(name) is ParameterSource.COMMANDLINE:
            option = "--" + name.replace("_", "-")
            raise click.UsageError(
                f"{option} is for a QUERY, expected it without --node: node=eu-1 is a QUERY of one node"
            )


def what(words: tuple[str, ...], file: Path | None, preset: str | None, sets: tuple[str, ...]) -> dict[str, Any]:
    """One word is a line of shell as it stands; several are one command with its arguments."""
    if preset:
        return {"preset": preset, "params": pairs(sets)}
    if file:
        return {"script": sys.stdin.read() if str(file) == "-" else file.read_text()}
    return {"script": words[0] if len(words) == 1 else join(words)}


def pairs(sets: tuple[str, ...]) -> dict[str, str]:
    for text in sets:
        if "=" not in text:
            raise click.UsageError(f"--set is {text!r}, expected K=V")
    return dict(text.split("=", 1) for text in sets)


def watch_one(api: Remote, job: Any, raw: bool) -> int:
    """Its exit code, 1 when it has none; why it ended otherwise than by itself goes to standard error."""
    say_who_is_away(api, [job])
    job = until_its_end(api, job["id"], writer(raw, sys.stdout.write))
    if job["state"] not in ("SUCCEEDED", "FAILED") or job["errorMsg"]:
        print(f"hyprbox: {job['state']}: {plain(job['errorMsg'] or 'see the job ' + job['id'])}", file=sys.stderr)
    return int(1 if job["exitCode"] is None else job["exitCode"])


def say_who_is_away(api: Remote, jobs: list[Any]) -> None:
    """Without a word it would look as if the script itself said nothing."""
    for job in jobs:
        node = api.glimpse(remote.of("nodes", job["nodeId"]))
        if node and node["status"] == "OFFLINE":
            seen = f"{plain(job['nodeId'])} is OFFLINE, last seen {show.cell(node['lastSeen'])}"
            print(f"hyprbox: {seen}: it waits for it; hyprbox job cancel {job['id']} takes it back", file=sys.stderr)


def watch_many(api: Remote, jobs: list[Any], raw: bool) -> int:
    width = max(len(job["nodeId"]) for job in jobs)
    one_at_a_time = threading.Lock()
    say_who_is_away(api, jobs)

    def watch(job: Any) -> Any:
        lines = Lines(f"{plain(job['nodeId']):<{width}} │ ", one_at_a_time)
        ended = until_its_end(api, job["id"], writer(raw, lines.write))
        lines.end()
        return ended

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = list(pool.map(watch, jobs))
    print()
    show.table(ended, COLUMNS, "")
    return int(any(job["state"] != "SUCCEEDED" for job in ended))
