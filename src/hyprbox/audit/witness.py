"""How far the audit chain had come, noted in a file outside of the database: who cuts off its end, or writes it anew
with all its hashes, has to change that too.
"""

import logging
import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hyprbox.audit.model import Entry
from hyprbox.seldom import Seldom

NAME = "audit.head"

Head = tuple[int, str]

seldom = Seldom(logging.getLogger("hyprbox"))


def head(session: Session) -> Head | None:
    last = session.execute(select(Entry.seq, Entry.hash).order_by(Entry.seq.desc()).limit(1)).first()
    return (last.seq, last.hash) if last else None


def missed(session: Session, folder: Path) -> int | None:
    """The seq of the entry that was noted and is gone, or is another one now."""
    noted = read(folder)
    if noted is None or session.scalar(select(Entry.hash).where(Entry.seq == noted[0])) == noted[1]:
        return None
    return noted[0]


def note(folder: Path, missing: int | None, now_at: Head | None) -> None:
    """What is missing is not covered up by noting less."""
    if missing is not None:
        seldom.error("the audit log was changed", f"entry {missing}, which was there, is gone or another one")
    elif now_at is not None and now_at != read(folder):
        try:
            write(folder, now_at)
        except OSError as error:
            seldom.error("how far the audit log has come cannot be noted", str(error))


def read(folder: Path) -> Head | None:
    try:
        seq, digest = (folder / NAME).read_text().split()
        return int(seq), digest
    except (OSError, ValueError):
        return None


def write(folder: Path, head: Head) -> None:
    """Whole or not at all, for its owner alone."""
    half = folder / f"{NAME}.{os.getpid()}"
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(f"{head[0]} {head[1]}\n")
    half.rename(folder / NAME)


def forget(folder: Path) -> None:
    """After a restore: the log of a backup ends sooner, and rightly."""
    (folder / NAME).unlink(missing_ok=True)
