"""hyprbox apply: what a repository says becomes so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import click

from hyprbox.cli import remote, show
from hyprbox.cli.remote import Remote
from hyprbox.cli.safe import plain
from hyprbox.cli.wanted import BadFile, Wanted, read


@dataclass(frozen=True, slots=True)
class Change:
    """`sign` is + for new, ~ for another content, - for gone."""

    sign: str
    what: str
    make: Callable[[], Any]


@click.command("apply")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--plan", is_flag=True, help="Only show what would change; exit code 2 if anything would.")
@click.option("--prune", is_flag=True, help="Remove what no file speaks of, of the parts that they speak of.")
def command(folder: Path, plan: bool, prune: bool) -> None:
    """Labels, queries, thresholds, presets, windows, schedules, rules as DIR has them; twice changes nothing."""
    api = remote.needed()
    try:
        found = list(changes(api, read(folder), prune))
    except BadFile as error:
        show.fail(str(error))
    for change in found:
        print(f"{change.sign} {plain(change.what)}")
        if not plan:
            change.make()
    if not found:
        print("Nothing to change.")
    if plan and found:
        raise SystemExit(2)


def changes(api: Remote, wanted: Wanted, prune: bool) -> Iterator[Change]:
    """What is new comes in the order in which one needs the other, what goes in the reverse of it, and last."""
    parts = [
        list(of_labels(api, wanted)),
        list(of_queries(api, wanted, prune)),
        list(of_thresholds(api, wanted, prune)),
        list(of_presets(api, wanted, prune)),
        list(of_many(api, "windows", wanted.windows, prune and "windows" in wanted.parts, window)),
        list(of_many(api, "schedules", wanted.schedules, prune and "schedules" in wanted.parts, schedule)),
        list(of_rules(api, wanted, prune)),
    ]
    yield from (change for part in parts for change in part if change.sign != "-")
    yield from (change for part in reversed(parts) for change in part if change.sign == "-")


def of_labels(api: Remote, wanted: Wanted) -> Iterator[Change]:
    """A node's labels are exactly those that are said; what its agent brings is not ours."""
    for node_id, labels in wanted.labels.items():
        path = remote.of("nodes", node_id)
        node = api.get(path)
        agents = node["agentLabels"]
        peoples = {name: value for name, value in node["labels"].items() if agents.get(name) != value}
        if peoples != {name: value for name, value in labels.items() if agents.get(name) != value}:
            words = " ".join(f"{name}={value}" for name, value in sorted(labels.items()))
            yield Change("~", f"labels of {node_id}: {words}", _patch(api, path, {"labels": labels}))


def of_queries(api: Remote, wanted: Wanted, prune: bool) -> Iterator[Change]:
    there = {row["name"]: row["q"] for row in api.get("/api/queries")["items"]}
    for name, q in wanted.queries.items():
        if there.get(name) != q:
            sign = "~" if name in there else "+"
            yield Change(sign, f"query @{name}: {q}", _put(api, remote.of("queries", name), {"q": q}))
    if prune and "queries" in wanted.parts:
        for name in sorted(there.keys() - wanted.queries.keys()):
            yield Change("-", f"query @{name}", _delete(api, remote.of("queries", name)))


def of_thresholds(api: Remote, wanted: Wanted, prune: bool) -> Iterator[Change]:
    there = {row["name"]: {"q": row["q"], "settings": row["settings"]} for row in api.get("/api/thresholds")["items"]}
    for name, body in wanted.thresholds.items():
        if there.get(name) != body:
            words = " ".join(f"{key}={_word(value)}" for key, value in sorted(body["settings"].items()))
            sign = "~" if name in there else "+"
            yield Change(
                sign,
                f"threshold {name}: {words}, for {body['q']}",
                _put(api, remote.of("thresholds", name), body),
            )
    if prune and "thresholds" in wanted.parts:
        for name in sorted(there.keys() - wanted.thresholds.keys()):
            yield Change("-", f"threshold {name}", _delete(api, remote.of("thresholds", name)))


def of_presets(api: Remote, wanted: Wanted, prune: bool) -> Iterator[Change]:
    """Those of our own; what is shipped is not spoken of."""
    if "presets" not in wanted.parts:
        return
    there = {row["id"]: row["sha256"] for row in api.get("/api/presets")["items"] if row["own"]}
    for name, preset in wanted.presets.items():
        if there.get(name) != preset.sha256:
            body = {"toml": preset.toml, "script": preset.script}
            sign = "~" if name in there else "+"
            yield Change(sign, f"preset {name}: {preset.sha256[:12]}", _put(api, remote.of("presets", name), body))
    for name in sorted(there.keys() - wanted.presets.keys()) if prune else ():
        yield Change("-", f"preset {name}", _delete(api, remote.of("presets", name)))


def of_many(
    api: Remote, part: str, wanted: dict[str, Any], prune: bool, seen: Callable[[Any, Any], bool]
) -> Iterator[Change]:
    """What has another content is made anew. By hand several may be made of one name, of which a file means one."""
    there = sorted(api.get(f"/api/{part}")["items"], key=itemgetter("name"))
    kept = []
    for name, whole in wanted.items():
        of_it = [row for row in there if row["name"] == name]
        old = next((row for row in of_it if seen(row, whole)), of_it[0] if of_it else None)
        kept.append(old)
        if old is None or not seen(old, whole):
            yield Change("~" if old else "+", f"{part[:-1]} {name}", _anew(api, part, old, whole))
    for row in there if prune else ():
        if row not in kept:
            yield Change("-", f"{part[:-1]} {row['name']}", _delete(api, remote.of(part, row["id"])))


def of_rules(api: Remote, wanted: Wanted, prune: bool) -> Iterator[Change]:
    """Their channels are named as people call them: addresses with secrets are not for a repository."""
    if "rules" not in wanted.parts:
        return
    channels = {row["name"]: row["id"] for row in api.get("/api/channels")["items"]}
    rows = list(api.get("/api/rules")["items"])
    there = {row["rule"]["name"]: row for row in rows}
    for name, whole in wanted.rules.items():
        if unknown := [each for each in whole["channels"] if each not in channels]:
            raise BadFile(f"rule {name} names the channel {unknown[0]}, expected one that is there")
        body = whole | {"channels": [channels[each] for each in whole["channels"]]}
        old = there.get(name)
        if old is None:
            yield Change("+", f"rule {name}", _post(api, "/api/rules", body))
        elif old["rule"] != body:
            yield Change("~", f"rule {name}", _put(api, remote.of("rules", old["id"]), body))
    for row in rows if prune else ():
        name = row["rule"]["name"]
        if name not in wanted.rules or row is not there[name]:
            yield Change("-", f"rule {name}", _delete(api, remote.of("rules", row["id"])))


def window(there: Any, wanted: Any) -> bool:
    return all(there[key] == wanted[key] for key in ("q", "cron", "seconds", "timeZone"))


def schedule(there: Any, wanted: Any) -> bool:
    """One that was for once is not compared with its time: it may be over."""
    return all(there[key] == wanted[key] for key in ("cron", "timeZone", "missed", "run"))


def _word(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def _anew(api: Remote, part: str, old: Any, whole: Any) -> Callable[[], Any]:
    def make() -> None:
        made = api.post(f"/api/{part}", whole)  # first, for it may be refused
        if old:
            api.delete(f"/api/{part}/{old['id']}")
        assert made

    return make


def _post(api: Remote, path: str, body: Any) -> Callable[[], Any]:
    return lambda: api.post(path, body)


def _put(api: Remote, path: str, body: Any) -> Callable[[], Any]:
    return lambda: api.put(path, body)


def _patch(api: Remote, path: str, body: Any) -> Callable[[], Any]:
    return lambda: api.patch(path, body)


def _delete(api: Remote, path: str) -> Callable[[], Any]:
    return lambda: api.delete(path)
