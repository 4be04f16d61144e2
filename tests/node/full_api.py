"""An API that speaks all of the protocol: it holds questions, offers jobs, counts offsets, keeps leases and cancels."""

import time
from dataclasses import dataclass, field

from tests.node.far_end import FarEnd, Reply


@dataclass
class Row:
    job: dict
    run: str | None = None
    state: str = "QUEUED"
    output: bytearray = field(default_factory=bytearray)
    cancel: bool = False
    completion: dict | None = None
    pieces: list = field(default_factory=list)


class FullApi(FarEnd):
    def __init__(self):
        super().__init__()
        self.rows = {}
        self.findings = []
        self.settings = {}
        self.inventory = {}

    def run(self, script, job_id="job-1", **more):
        with self.changed:
            self.rows[job_id] = Row({"id": job_id, "script": script, "leaseSeconds": 90, **more})
            self.changed.notify_all()

    def cancel(self, job_id="job-1"):
        with self.changed:
            self.rows[job_id].cancel = True
            self.changed.notify_all()

    def ended(self, job_id="job-1", seconds=15):
        return self.wait_for(lambda: self.rows[job_id].completion, seconds)

    def output(self, job_id="job-1"):
        return self.rows[job_id].output.decode()

    def answer(self, call):
        match call.route:
            case "heartbeat":
                return Reply(value={"serverTime": "2026-11-22T12:00:00Z", "accepts": ["scan", "settings", "inventory"]})
            case "settings":
                return Reply(value={"settings": self.settings})
            case "inventory":
                for part in call.body["parts"]:
                    if part.get("items") is not None:
                        self.inventory[part["name"]] = part["items"]
                return Reply(
                    value={"wants": [p["name"] for p in call.body["parts"] if p["name"] not in self.inventory]}
                )
            case "findings":
                self.findings.append(call.body)
                return Reply(value={})
            case "pending":
                return self._pending(call)
        row = self.rows.get(call.job)
        return getattr(self, "_" + call.route)(row, call) if row else problem(404, "no such job")

    def _pending(self, call):
        wait, offer = call.headers["prefer"].split(", ")
        applied = {"Preference-Applied": f"{wait}, {offer}"}
        row = self._hold(float(wait.removeprefix("wait=")), self._next)
        return Reply(value=row.job if row else None, headers=applied)

    def _next(self):
        return next((row for row in self.rows.values() if row.state == "QUEUED"), None)

    def _hold(self, seconds, look):
        until = time.monotonic() + seconds
        with self.changed:
            while not (seen := look()) and time.monotonic() < until:
                self.changed.wait(0.05)
        return seen

    def _accept(self, row, call):
        if row.run not in (None, call.body["runId"]):
            return problem(409, "taken by another run")
        row.run, row.state = call.body["runId"], "RUNNING"
        return Reply(value={})

    def _append(self, row, body):
        """None, or why not."""
        piece, offset = body["output"].encode(), body.get("offset")
        if offset is None:
            offset = len(row.output)
        if offset > len(row.output) + body.get("leftOut", 0):
            return problem(409, "a gap", expectedOffset=len(row.output))
        if len(row.output) < offset + len(piece):
            row.output += piece[max(0, len(row.output) - offset) :]
        row.pieces.append((offset, len(piece)))
        return None

    def _output(self, row, call):
        if row.run != call.body["runId"]:
            return problem(409, "another run")
        return self._append(row, call.body) or Reply(value={"nextOffset": len(row.output), "cancel": row.cancel})

    def _ping(self, row, call):
        wait = float(call.headers["prefer"].removeprefix("wait="))
        self._hold(wait, lambda: row.cancel)
        return Reply(value={"cancel": row.cancel}, headers={"Preference-Applied": f"wait={wait:.0f}"})

    def _complete(self, row, call):
        if row.state == "QUEUED":
            return problem(409, "expected it to be accepted first")
        if (refusal := self._append(row, call.body)) is not None:
            return refusal
        row.completion, row.state = row.completion or call.body, "ENDED"
        return Reply(value={})


def problem(status, detail, **more):
    return Reply(status, {"type": "about:blank", "status": status, "detail": detail, **more})
