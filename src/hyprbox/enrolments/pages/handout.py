"""What a machine fetches to become a node: the script, the agent it names, the agent's digest. Open to everybody.

The script says HYPRBOX_PUBLIC_URL and nothing of what the request said: whoever asks cannot choose from where others
would then install.
"""

import asyncio
import re
import shlex
from pathlib import Path

from litestar import MediaType, Response, get
from litestar.params import FromPath
from litestar.response import File

from hyprbox.door import TheBox
from hyprbox.enrolments import agents
from hyprbox.errors import Missing
from hyprwire import __version__

SCRIPT = Path(__file__).parent / "install.sh"
FILE_NAME = re.compile(r"hyprnode-[0-9A-Za-z.]+-linux-(x86_64|aarch64)(\.sha256)?")


@get("/install.sh", include_in_schema=False)
async def script(box: TheBox) -> Response[str]:
    files = await asyncio.to_thread(agents.there, box.config.agent_dir)
    text = render(box.config.public_url, {architecture: file.sha256 for architecture, file in files.items()})
    return Response(text, media_type="text/x-shellscript")


@get("/agent/{file_name:str}", include_in_schema=False)
async def agent(file_name: FromPath[str], box: TheBox) -> Response[str] | File:
    match = FILE_NAME.fullmatch(file_name)
    if match is None or file_name.removesuffix(".sha256") != agents.name(match[1]):
        raise Missing(f"there is no agent {file_name[:80]!a}, expected {agents.name('x86_64')}")
    found = await asyncio.to_thread(agents.find, box.config.agent_dir, match[1])
    if found is None:
        raise agents.not_built(box.config.agent_dir, match[1])
    if match[2]:
        return Response(f"{found.sha256}  {found.name}\n", media_type=MediaType.TEXT)
    return File(found.path, filename=found.name, media_type="application/octet-stream")


def render(public_url: str, digests: dict[str, str]) -> str:
    """Values go into the script as words that the shell takes as they are."""
    words = {
        "URL": public_url,
        "VERSION": __version__,
        **{f"SHA256_{architecture}": digests.get(architecture, "") for architecture in agents.ARCHITECTURES},
    }
    text = SCRIPT.read_text()
    for name, word in words.items():
        text = text.replace(f"'@{name}@'", shlex.quote(word) if word else "''")
    return text


handlers = [script, agent]
