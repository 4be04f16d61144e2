"""A small fleet that calls in over HTTP, as its agents would, and the people who look at it."""

from datetime import UTC, datetime
from functools import cache

import httpx
from playwright.sync_api import Page

from hyprbox.db import Database
from hyprbox.people import passwords
from hyprbox.people import store as people
from hyprbox.people.model import Role
from hyprbox.tokens import store as tokens
from tests.servers import Server

PASSWORD = "correct horse"
PEOPLE = {"ada": Role.ADMIN, "olga": Role.OPERATOR, "bo": Role.VIEWER}

Json = dict[str, object]


class World:
    """A running server, its people and the token of its fleet."""

    def __init__(self, server: Server, db: Database) -> None:
        self.server, self.url, self.db = server, server.url, db
        self.token = enrol(db)

    def agent(self, node_id: str) -> "Agent":
        return Agent(self.url, self.token, node_id)

    def sign_in(self, page: Page, name: str) -> None:
        page.goto(f"{self.url}/dashboard/sign-in")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()


def enrol(db: Database) -> str:
    now = datetime.now(UTC)
    with db.session() as session:
        for name, role in PEOPLE.items():
            person = people.create(session, now, "test", name, role)
            session.flush()
            people.set_password(session, now, name, person.id, hashed())
        _, token = tokens.mint(session, now, "ada", None, "fleet")
    return token


@cache
def hashed() -> str:
    return passwords.hashed(PASSWORD)


class Agent:
    """Speaks for one node."""

    def __init__(self, url: str, token: str, node_id: str) -> None:
        self.node_id = node_id
        self._seq = 0
        self._url, self._headers = url, {"authorization": f"Bearer {token}"}

    def beat(self, **said: object) -> None:
        about = {"hostname": self.node_id, "os": "Debian GNU/Linux 12", "agent_version": "0.1.0", "status": "online"}
        load = {"cpu_percent": 12.0, "ram_percent": 44.5, "disk_percent": 61.0}
        self._post("/api/heartbeat", {"node_id": self.node_id, **about, **load, **said})

    def report(self, *findings: Json, types: list[str], job_id: str | None = None) -> None:
        """A whole scan: of `types`, there is what is given and nothing else."""
        self._seq += 1
        run = {"name": "test", "ok": True, "types": types}
        now = datetime.now(UTC).isoformat()
        scan = {"id": f"scan-{self._seq}", "seq": self._seq, "final": True, "jobId": job_id, "startedAt": now}
        self._post("/api/findings", {"nodeId": self.node_id, "findings": findings, "scan": {**scan, "scanners": [run]}})

    def accept(self, job_id: str) -> None:
        self._post(f"/api/jobs/{job_id}/accept", {"runId": "r1"})

    def say(self, job_id: str, text: str) -> None:
        self._post(f"/api/jobs/{job_id}/output", {"runId": "r1", "output": text})

    def complete(self, job_id: str, exit_code: int | None = 0, **said: object) -> None:
        self._post(f"/api/jobs/{job_id}/complete", {"runId": "r1", "exitCode": exit_code, "reason": "exit", **said})

    def _post(self, path: str, body: Json) -> None:
        answer = httpx.post(self._url + path, json=body, headers=self._headers)
        assert answer.is_success, answer.text


def finding(type: str, key: str, severity: str = "WARN", message: str = "", **metadata: object) -> Json:
    return {"type": type, "key": key, "severity": severity, "message": message or key, "metadata": metadata}
