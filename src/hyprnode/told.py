"""`hyprnode status`: asks the agent that runs on this host how it is, and prints what it says."""

import json
import sys
from typing import Any

from hyprnode import answering
from hyprnode.config import Config
from hyprnode.host import Host
from hyprnode.jobs.place import NoPlace


def show(config: Config, as_json: bool) -> int:
    """1 when no agent answers."""
    try:
        told = answering.ask(answering.address(config, Host(proc=config.proc)))
    except (OSError, ValueError, NoPlace) as error:
        print(f"no agent of {config.node_id} answers on this host: {error}", file=sys.stderr)
        return 1
    print(json.dumps(told, indent=2) if as_json else in_words(told))
    return 0


def in_words(told: dict[str, Any]) -> str:
    lines = [
        f"hyprnode {told['version']}, node {told['nodeId']}, running for {span(told['runningFor'])}, pid {told['pid']}",
        f"the API, {told['api']}, was last heard {past(told['lastContact'])}",
        *(rhythm(one) for one in told["rhythms"]),
        job(told["job"]),
        f"{told['unreported']} jobs are not reported to their end",
        f"the journal of what ran has {told['journal']['seq']} lines, the last is {told['journal']['head'][:16]}",
    ]
    return "\n".join(lines + (["exec.lock is there: no job is started"] if told["execLock"] else []))


def rhythm(one: dict[str, Any]) -> str:
    words = f"{one['name']}: {one['doing']} since {span(one['since'])}, succeeded {past(one['lastSuccess'])}"
    return f"{words}; {one['error']}" if one["error"] else words


def job(one: dict[str, Any] | None) -> str:
    if one is None:
        return "no job is running"
    return f"job {one['id']} is running for {span(one['for'])}, {one['unsent']} bytes of its output are not sent yet"


def past(seconds: float | None) -> str:
    return "never" if seconds is None else f"{span(seconds)} ago"


def span(seconds: float | None) -> str:
    if seconds is None:
        return "the start"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"
