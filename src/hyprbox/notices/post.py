"""Hands letters to a sending process and hears how they went."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict

from hyprbox.config import Network
from hyprbox.notices.outbox import Letter, Outcome

SECONDS = 120
PASSED_ON = ("PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "PYTHONPATH", "VIRTUAL_ENV")
SILENT = "the sending process said nothing of it"


async def send(letters: Sequence[Letter], allowed: Sequence[Network]) -> list[Outcome]:
    """One outcome for each letter, whatever happens."""
    asked = {"letters": [asdict(letter) for letter in letters], "allowed": list(map(str, allowed))}
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hyprbox.sending",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=env,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(json.dumps(asked).encode()), SECONDS)
    except TimeoutError:
        said = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    heard = {row["id"]: row["error"] for row in map(json.loads, said.splitlines())}
    return [Outcome(letter.id, heard.get(letter.id, SILENT)) for letter in letters]
