"""A run over many nodes, followed: output behind the names of the nodes, then how each of them ended."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

import click

from hyprbox.cli import remote, show
from hyprbox.cli.options import Duration
from hyprbox.cli.remote import Remote
from hyprbox.cli.safe import plain
from hyprbox.cli.watching import Lines, until_its_end, writer

F = TypeVar("F", bound=Callable[..., Any])
AT_ONCE = 64
LOOK_SECONDS = 0.5
MOST_AWAY = 500
COLUMNS = {"NODE": "nodeId", "BATCH": "batch", "STATE": "state", "JOB": "jobId", "NOTE": "note"}
PLAN = {"BATCH": "batch", "NODE": "nodeId", "WHAT": "what"}
OVER = ("FINISHED", "STOPPED", "EXPIRED")
WELL = ("DONE", "PASSED", "SKIPPED")


def carefully(command: F) -> F:
    """The options that say how carefully a run goes on."""
    return _with(
        command,
        click.option("--canary", type=click.IntRange(1), metavar="N", help="First on N, then 5 %, 25 %, all."),
        click.option("--batches", metavar="1,5%,100%", help="Sizes of the batches; the last is repeated."),
        click.option("--concurrency", type=click.IntRange(1), help="At most so many at once within a batch."),
        click.option("--max-failures", metavar="N|N%", default="0", show_default=True, help="More stop the run."),
        click.option("--expires", type=Duration(), default="24h", show_default=True, help="For offline nodes."),
        click.option("--ignore-windows", is_flag=True, help="Outside of maintenance windows too."),
        click.option("--title", default="", help="What the run is called."),
    )


def options(command: F) -> F:
    return carefully(
        _with(
            command,
            click.option("--plan", is_flag=True, help="Only show what would happen on which node."),
            click.option("--detach", is_flag=True, help="Print the id of the run, or of the jobs, and do not wait."),
        )
    )


def _with(command: F, *options: Callable[[F], F]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def run(api: Remote, body: dict[str, Any], raw: bool, plan: bool, detach: bool, **careful: Any) -> int:
    """The exit code: 0 when every node ended well, or a person accepted that."""
    body = body | spec(**careful)
    if plan:
        show.table(api.post("/api/runs/preview", body), PLAN, "Nothing would happen.")
        return 0
    made = api.post("/api/runs", body)
    if detach:
        print(made["id"])
        return 0
    return watch(api, made["id"], raw)


def spec(
    canary: int | None,
    batches: str | None,
    concurrency: int | None,
    max_failures: str,
    expires: timedelta,
    title: str,
    ignore_windows: bool,
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "expiresSeconds": int(expires.total_seconds()),
        "title": title,
        "ignoreWindows": ignore_windows,
    }
    if batches and canary:
        raise click.UsageError("expected either --canary or --batches")
    if batches or canary:
        found["batches"] = batches.split(",") if batches else [str(canary), "5%", "25%", "100%"]
    if concurrency:
        found["concurrency"] = concurrency
    number = max_failures.removesuffix("%")
    if not number.isdecimal():
        raise click.UsageError(f"--max-failures is {max_failures!r}, expected a number or a share such as 5%")
    return found | {"maxFailuresPercent" if max_failures.endswith("%") else "maxFailures": int(number)}


def watch(api: Remote, run_id: str, raw: bool) -> int:
    """Follows every job of it as it begins, until the run is over or waits for a person."""
    one_at_a_time = threading.Lock()
    seen: set[str] = set()

    def follow(node: str, job_id: str) -> None:
        lines = Lines(f"{plain(node):<{width}} │ ", one_at_a_time)
        until_its_end(api, job_id, writer(raw, lines.write))
        lines.end()

    told: set[str] = set()
    targets = list(api.items(remote.of("runs", run_id, "targets")))
    say_who_is_away(api, targets)
    width = max((len(plain(target["nodeId"])) for target in targets), default=0)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while True:
            run = api.get(remote.of("runs", run_id))
            targets = list(api.items(remote.of("runs", run_id, "targets")))
            say_what_is_waited_for(targets, told)
            for target in targets:
                if target["jobId"] and target["jobId"] not in seen:
                    seen.add(target["jobId"])
                    pool.submit(follow, target["nodeId"], target["jobId"])
            if run["state"] == "HELD" or (run["state"] in OVER and not run["nodes"]["GOING"]):
                break
            time.sleep(LOOK_SECONDS)
    return tell(api, run)


def say_who_is_away(api: Remote, targets: list[Any]) -> None:
    left = {target["nodeId"] for target in targets if target["state"] in ("WAITING", "GOING")}
    away = [node["nodeId"] for node in api.items("/api/nodes", MOST_AWAY, q="status=offline") if node["nodeId"] in left]
    if away:
        print(f"hyprbox: OFFLINE: {plain(show.listed(away))}; waited for until the run expires", file=sys.stderr)


def say_what_is_waited_for(targets: list[Any], told: set[str]) -> None:
    """Each reason once: without a word it would look as if nothing went on."""
    waiting = [target for target in targets if target["state"] == "WAITING" and target["note"]]
    shared = Counter(target["note"] for target in waiting)
    for target in waiting:
        if (note := target["note"]) not in told:
            told.add(note)
            others = f" (and {shared[note] - 1} more)" if shared[note] > 1 else ""
            print(f"hyprbox: {plain(target['nodeId'])} {plain(note)}{others}", file=sys.stderr)


def tell(api: Remote, run: Any) -> int:
    rows = list(api.items(remote.of("runs", run["id"], "targets")))
    print()
    show.table(rows, COLUMNS, "It has no nodes.")
    counted = ", ".join(f"{number} {state}" for state, number in run["nodes"].items() if number)
    print(f"\nRun {run['id']} is {run['state']}: {counted}. {plain(run['note'])}".rstrip())
    return int(run["state"] != "FINISHED" or any(row["state"] not in WELL for row in rows))
