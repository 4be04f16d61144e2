"""A job's output as it comes, until its end. A broken connection is taken up where it stopped."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from hyprbox.cli import remote
from hyprbox.cli.remote import Remote, sentence_of

ENDED = {"SUCCEEDED", "FAILED", "TIMED_OUT", "CANCELLED", "EXPIRED", "LOST"}
PAUSE_SECONDS = 1.0
TRIES = 60


class Unreachable(Exception):
    """One sentence: the control plane has not answered for a while."""


def follow(api: Remote, job_id: str, write: Callable[[str], None]) -> Any:
    """Hands every piece to `write`; answers the job as it ended."""
    offset, failures = 0, 0
    while failures < TRIES:
        try:
            for name, data, at in _events(api, job_id, offset):
                offset, failures = at, 0
                if name == "output":
                    write(data)
            job = api.get(remote.of("jobs", job_id))
            if job["state"] in ENDED:
                return job
        except httpx.HTTPError:
            failures += 1
            time.sleep(PAUSE_SECONDS)
    raise Unreachable(f"{api.http.base_url} has not answered for {TRIES} tries; the job goes on without us")


def _events(api: Remote, job_id: str, offset: int) -> Iterator[tuple[str, Any, int]]:
    """Name, value and the offset behind it of each event."""
    waits = httpx.Timeout(40, connect=10)
    with api.http.stream(
        "GET", remote.of("jobs", job_id, "events"), params={"offset": offset}, timeout=waits
    ) as response:
        if response.status_code != 200:
            response.read()
            raise httpx.HTTPError(sentence_of(response))
        event: dict[str, str] = {}
        for line in response.iter_lines():
            if line:
                field, _, value = line.partition(": ")
                event[field] = value
                continue
            if "data" in event:
                yield event["event"], json.loads(event["data"]), int(event["id"])
            event = {}
