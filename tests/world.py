"""A running server with people who look at it, and agents that call in over HTTP."""

import re
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Page
from sqlalchemy import select

from hyprbox import secret
from hyprbox.db import Database
from hyprbox.door import COOKIE
from hyprbox.findings.model import Finding
from hyprbox.people import doors
from hyprbox.people import store as people
from hyprbox.people.model import Role
from hyprbox.tokens import store as tokens
from hyprwire.inventory import digest
from tests import servers
from tests.servers import Server

PASSWORD = "correct horse"
PROOF_HOLDS = 300  # seconds, a third of what it holds
PEOPLE = {"ada": Role.ADMIN, "olga": Role.OPERATOR, "bo": Role.VIEWER}

Json = dict[str, object]


@pytest.fixture(scope="package")
def world(memory_folder, sqlite_databases) -> Iterator["World"]:
    """One for a folder's tests, since a server takes a while to start: each test has nodes and people of its own."""
    folder, url = Path(tempfile.mkdtemp(dir=memory_folder)), sqlite_databases.fresh()
    db = Database(url)
    with servers.serving(folder, url) as server, httpx.Client(base_url=server.url, timeout=30) as http:
        yield World(server, db, http)
    db.close()


class World:
    def __init__(self, server: Server, db: Database, http: httpx.Client) -> None:
        self.server, self.url, self.db, self.http = server, server.url, db, http
        self.token = enrol(db)
        self._visitors: dict[str | None, Visitor] = {}
        self._proved: dict[str | None, float] = {}

    def agent(self, node_id: str) -> "Agent":
        return Agent(self.http, self.token, node_id)

    def visitor(self, name: str | None = None) -> "Visitor":
        """In a session that all tests share, nobody or somebody."""
        if name not in self._visitors:
            self._visitors[name] = self.visitor_with(self.enter(name) if name else None)
            self._proved[name] = time.monotonic()
        self._prove_again(name)
        return self._visitors[name]

    def _prove_again(self, name: str | None) -> None:
        """However long the tests take, nobody is asked whether it is still them where a test does not ask for it."""
        cookie = self._visitors[name].cookie
        if cookie and time.monotonic() - self._proved[name] > PROOF_HOLDS:
            self._proved[name] = time.monotonic()
            with self.db.session() as session:
                doors.confirm(session, datetime.now(UTC), secret.digest(cookie))

    def visitor_with(self, cookie: str | None) -> "Visitor":
        return Visitor(self.http, cookie)

    def sign_in(self, page: Page, name: str) -> None:
        page.context.add_cookies([{"name": COOKIE, "value": self.visitor(name).cookie or "", "url": self.url}])

    def enter(self, name: str, ago: timedelta = timedelta()) -> str:
        """A session as if they had signed in, but for their password, which is slow on purpose; its cookie."""
        now = datetime.now(UTC) - ago
        with self.db.session() as session:
            return doors.open_session(session, now, people.known(session, name), "127.0.0.1", "a browser")

    def queue(self, node_id: str, script: str = "echo hello", **order: object) -> str:
        """A job, as a script of ada's would queue it."""
        key = {"authorization": f"Bearer {self.server.key(Role.ADMIN)}"}
        answer = self.http.post("/api/jobs", json={"nodeId": node_id, "script": script, **order}, headers=key)
        return answer.json()["id"]

    def finding_id(self, node_id: str, type: str) -> str:
        with self.db.session() as session:
            return session.scalars(select(Finding.id).where(Finding.node_id == node_id, Finding.type == type)).one()


class Visitor:
    """A browser without scripts: keeps its cookie, sends forms with the secret of the page that they are on."""

    def __init__(self, http: httpx.Client, cookie: str | None) -> None:
        self._http, self.cookie = http, cookie
        self._cookie = {"cookie": f"{COOKIE}={cookie}" if cookie else ""}
        self._csrf: str | None = None

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._answer(self._http.get(path, headers=self._cookie | headers))

    def post(self, path: str, fields: Json | None = None, csrf: str | None = None, **headers: str) -> httpx.Response:
        """With the secret of this session, or another one."""
        return self.send(path, {"csrf": self.csrf() if csrf is None else csrf} | (fields or {}), **headers)

    def send(self, path: str, fields: Json, **headers: str) -> httpx.Response:
        return self._answer(self._http.post(path, data=fields, headers=self._cookie | headers))

    def csrf(self) -> str:
        if self._csrf is None:
            found = re.search(r'name="csrf" value="([^"]+)"', self.get("/dashboard/presets").text)
            self._csrf = found[1] if found else ""
        return self._csrf

    def _answer(self, answer: httpx.Response) -> httpx.Response:
        self._http.cookies.clear()
        return answer


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
    """Quickly: how slow it is to look at one is said in it."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Agent:
    """Speaks for one node."""

    def __init__(self, http: httpx.Client, token: str, node_id: str) -> None:
        self.node_id = node_id
        self._seq = 0
        self._http, self._headers = http, {"authorization": f"Bearer {token}"}

    def beat(self, **said: object) -> None:
        about = {"hostname": self.node_id, "os": "Debian GNU/Linux 12", "agent_version": "0.1.0", "status": "online"}
        load = {"cpu_percent": 12.0, "ram_percent": 44.5, "disk_percent": 61.0}
        self._post("/api/heartbeat", {"node_id": self.node_id, **about, **load, **said})

    def report(self, *findings: Json, types: list[str], job_id: str | None = None, off: bool = False) -> None:
        """A whole scan: of `types`, there is what is given and nothing else. `off`: nobody has looked."""
        self._seq += 1
        run = {"name": "test", "ok": True, "types": types, "off": off}
        now = datetime.now(UTC).isoformat()
        scan = {"id": f"scan-{self._seq}", "seq": self._seq, "final": True, "jobId": job_id, "startedAt": now}
        self._post("/api/findings", {"nodeId": self.node_id, "findings": findings, "scan": {**scan, "scanners": [run]}})

    def stock(self, name: str, items: dict[str, str]) -> None:
        part: Json = {"name": name, "digest": digest(items), "items": items}
        self._post("/api/inventory", {"nodeId": self.node_id, "parts": [part]})

    def accept(self, job_id: str) -> None:
        self._post(f"/api/jobs/{job_id}/accept", {"runId": "r1"})

    def say(self, job_id: str, text: str) -> None:
        self._post(f"/api/jobs/{job_id}/output", {"runId": "r1", "output": text})

    def complete(self, job_id: str, exit_code: int | None = 0, **said: object) -> None:
        self._post(f"/api/jobs/{job_id}/complete", {"runId": "r1", "exitCode": exit_code, "reason": "exit", **said})

    def _post(self, path: str, body: Json) -> None:
        answer = self._http.post(path, json=body, headers=self._headers)
        assert answer.is_success, answer.text


def finding(type: str, key: str, severity: str = "WARN", message: str = "", **metadata: object) -> Json:
    return {"type": type, "key": key, "severity": severity, "message": message or key, "metadata": metadata}
