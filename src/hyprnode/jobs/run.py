"""One job from the API's hand to the API's ear: taken, journaled, run, followed, reported. Never run twice."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event

from hyprnode.again import until_answered
from hyprnode.answer import Answer, Fault
from hyprnode.client import Client, job_path, nothing
from hyprnode.jobs import birth
from hyprnode.jobs.bell import Bell
from hyprnode.jobs.birth import Bearer, Born
from hyprnode.jobs.follow import Follower
from hyprnode.jobs.group import made_for_a_job
from hyprnode.jobs.journal import Entry, Journal, Stage, file_name
from hyprnode.jobs.ledger import Ledger
from hyprnode.jobs.place import NoPlace, Place
from hyprnode.jobs.place import sentence as no_place
from hyprnode.jobs.spool import Spool
from hyprnode.jobs.vigil import Vigil
from hyprnode.say import Trouble, say
from hyprnode.values import BadSetting
from hyprwire import Acceptance, Completion, Job, Reason

CLOCKS_MAY_DIFFER = timedelta(minutes=5)
AGAIN = "this node has run this job before, and never runs one twice"


@dataclass
class Birth:
    """Of one job, once, whoever asks for it first; undone where nobody knows when its word will come."""

    bear: Callable[[], Born | str]
    spool: str
    born: Born | str | None = None

    def take_place(self) -> Born | str:
        if self.born is None:
            self.born = self.bear()
        return self.born

    def undo(self) -> None:
        """What nobody asked for has left nothing; what could not be born may have left its spool."""
        if isinstance(self.born, Born):
            self.born.give_up()
        if self.born is not None and self.spool:
            Spool(self.spool).remove()
        self.born = None


@dataclass
class Runner:
    client: Client
    another_client: Callable[[], Client]
    """For a running job's pings, which are held and have a connection of their own."""
    bear: Bearer
    journal: Journal
    place: Place
    boot: str
    machine: str
    ledger: Ledger
    rescan: Callable[[list[str], str], None]
    stop: Event

    def __post_init__(self) -> None:
        self.trouble = Trouble("[jobrunner] report")
        self.following: Follower | None = None

    def resume(self) -> None:
        """What an agent that was here before left unfinished."""
        for entry in self.journal.entries():
            if self.stop.is_set():
                return
            if entry.machine not in ("", self.machine):
                say("[jobrunner] forgetting a job of another machine, of which this is a copy", job=entry.id)
                self.journal.drop(entry)
                continue
            say("[jobrunner] taking up a job", job=entry.id, stage=entry.stage)
            if self.journal.known(entry.id) is not None:
                self._close(entry)
            elif entry.stage is Stage.TAKEN:
                self._give_back(entry)
            else:
                self._follow(entry, Bell())

    def take(self, job: Job, offered: bool, objection: str | None = None) -> None:
        """`offered`: the API waits for a word that this node takes it. Otherwise it is this node's already."""
        entry = self._entry(job, offered)
        self.journal.write(entry)
        known = self.journal.known(job.id)
        why = AGAIN if known else objection or against(job, datetime.now(UTC))
        bearing = Birth(lambda: self._bear(entry, job), entry.spool)
        if offered and not self._is_accepted(entry, bearing, nothing if why else bearing.take_place):
            return
        if known is not None and offered:
            self._report(entry, known.completion)
        elif why:
            self._refuse(entry, why)
        else:
            self._run(entry, job, bearing)

    def _entry(self, job: Job, offered: bool) -> Entry:
        return Entry(
            id=job.id,
            stage=Stage.TAKEN,
            boot=self.boot,
            machine=self.machine,
            tail=birth.tail_of(job),
            spool=self._spool(job),
            runId=os.urandom(16).hex() if offered else None,
            leaseSeconds=job.leaseSeconds,
            rescan=job.rescan,
            by=job.createdBy,
            sha256=sha256(job.script),
        )

    def _spool(self, job: Job) -> str:
        """Where it would be; nowhere when there is no place for it, which will be said when it is made."""
        try:
            return os.path.join(self.place.directory(), file_name(job.id))
        except NoPlace:
            return ""

    def _bear(self, entry: Entry, job: Job) -> Born | str:
        """While the API is asked, since that takes as long; nothing of it runs yet. Or why it is not there."""
        if not entry.spool:
            return no_place(self.client.config)
        try:
            spool = Spool(entry.spool)
            return birth.bear(self.bear, job, self._token(), spool.create(), spool.path)
        except (OSError, ValueError) as error:
            return str(error)

    def _is_accepted(self, entry: Entry, bearing: Birth, meanwhile: Callable[[], object]) -> bool:
        """Asked with the same runId until there is an answer, so that one lost on the way loses no job.

        Without an answer nobody stands and waits: systemd counts the time of a job from its birth.
        """
        message = Acceptance(runId=entry.runId or "")

        def ask() -> Answer:
            try:
                return self.client.post(job_path(entry.id, "accept"), message, meanwhile=meanwhile)
            except Fault:
                bearing.undo()
                raise

        answer = self._until_answered(ask)
        if answer is not None and answer.is_good:
            return True
        bearing.undo()
        if answer is not None:
            self.journal.drop(entry)
        return False

    def _ask(self, entry: Entry, what: str, message: Completion) -> Answer | None:
        return self._until_answered(partial(self.client.post, job_path(entry.id, what), message))

    def _until_answered(self, ask: Callable[[], Answer]) -> Answer | None:
        return until_answered(ask, self.trouble, self.stop, patience=self.client.config.patience)

    def _refuse(self, entry: Entry, why: str) -> None:
        self._report(entry, Completion(reason=Reason.REFUSED, errorMsg=why))

    def _run(self, entry: Entry, job: Job, bearing: Birth) -> None:
        running, born = replace(entry, stage=Stage.SPAWNED), bearing.take_place()
        try:
            if isinstance(born, str):
                raise OSError(born)
            self.journal.go_on(running)
        except OSError as error:
            bearing.undo()
            self._report(entry, Completion(reason=Reason.SPAWN_ERROR, errorMsg=f"not started: {error}"))
            return
        line = self.ledger.write("started", **_who_and_what(entry))
        born.begin()  # that it may have run is on disk already: a power cut before this line is leaves one when it ends
        self.ledger.keep(line)
        say("[jobrunner] running a job", job=entry.id)
        self._follow(running, born.bell)

    def _token(self) -> str:
        """Of this node, as far as it can be read just now."""
        try:
            return self.client.config.bearer()
        except (OSError, BadSetting):
            return ""

    def _follow(self, entry: Entry, bell: Bell) -> None:
        self.following = Follower(self.client, entry, self.boot, self.stop, bell)
        with bell, Vigil(self.another_client(), entry):
            completion = self.following.follow()
        self.following = None
        if completion is not None:
            self._settle(entry, completion)

    def _report(self, entry: Entry, completion: Completion) -> None:
        """The end of a job that printed nothing."""
        answer = self._ask(entry, "complete", replace(completion, runId=entry.runId))
        if answer is not None:
            self._settle(entry, completion)

    def _give_back(self, entry: Entry) -> None:
        """Nothing of it ran. An API that has not heard of this run may offer the job again, and then it is run."""
        lost = Completion(reason=Reason.AGENT_LOST, errorMsg="never started", runId=entry.runId)
        answer = self._ask(entry, "complete", lost)
        if answer is not None and answer.is_good:
            self._settle(entry, lost)
        elif answer is not None:
            self._forget(entry)

    def _settle(self, entry: Entry, completion: Completion) -> None:
        why = {"why": completion.errorMsg} if completion.errorMsg else {}
        say("[jobrunner] a job ended", job=entry.id, reason=completion.reason, exit=completion.exitCode, **why)
        how = {"reason": completion.reason, "exit": completion.exitCode, **why}
        self.ledger.note("ended", **_who_and_what(entry), **how)
        self.journal.remember(entry.id, completion)
        self._close(entry)

    def _close(self, entry: Entry) -> None:
        """Looks once more at what the job was to mend, before the next job can change anything."""
        if entry.rescan:
            self.rescan(entry.rescan, entry.id)
        if not (entry.rescan and self.stop.is_set()):
            self._forget(entry)

    def _forget(self, entry: Entry) -> None:
        self.journal.drop(entry)
        if entry.spool:
            clear_away(Spool(entry.spool))


def _who_and_what(entry: Entry) -> dict[str, object]:
    return {"job": entry.id, "run": entry.runId, "by": entry.by, "sha256": entry.sha256}


def clear_away(spool: Spool) -> None:
    if (group := made_for_a_job(spool.text("group"))) is not None:
        group.remove()
    spool.remove()


def against(job: Job, now: datetime) -> str | None:
    """Why a job must not run, as a sentence."""
    if job.sha256 is not None and job.sha256.lower() != (digest := sha256(job.script)):
        return f"sha256 is {job.sha256!a:.80}, but that of the script is {digest}"
    if job.expiresAt is not None and is_past(job.expiresAt, now):
        return f"expiresAt is {job.expiresAt!a:.80}, and that is past"
    try:
        birth.environment(job)
    except ValueError as sentence:
        return str(sentence)
    return None


def sha256(script: str) -> str:
    return hashlib.sha256(script.encode("utf-8", "replace")).hexdigest()


def is_past(moment: str, now: datetime) -> bool:
    """Clearly so: the API keeps the time, and clocks differ."""
    try:
        expires = datetime.fromisoformat(moment)
    except ValueError:
        return False
    return (expires if expires.tzinfo else expires.replace(tzinfo=UTC)) < now - CLOCKS_MAY_DIFFER
