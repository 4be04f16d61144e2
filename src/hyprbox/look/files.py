"""The files of the pages: under an address with their digest in it, so that a browser keeps them for good."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, Router, get
from litestar.params import FromPath

from hyprbox.errors import Missing

HERE = Path(__file__).parent
FOLDERS = (HERE / "own", HERE / "assets")
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class File:
    kind: str
    digest: str
    body: bytes
    packed: bytes


def address(name: str) -> str:
    return f"/static/{files()[name].digest}/{name}"


@cache
def files() -> dict[str, File]:
    """Ours and those that the build has fetched, by name."""
    return {path.name: read(path) for folder in FOLDERS for path in folder.iterdir() if path.suffix in KINDS}


def read(path: Path) -> File:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:16]
    return File(KINDS[path.suffix], digest, body, gzip.compress(body, mtime=0))


@get("/{digest:str}/{name:str}", opt={"exclude_from_auth": True}, include_in_schema=False)
async def serve(digest: FromPath[str], name: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
    """A page of another version may ask for another digest: it gets what there is, but is not to keep it."""
    file = files().get(name)
    if file is None:
        raise Missing(f"there is no file {name[:80]!a}")
    headers = {"cache-control": FOR_GOOD if digest == file.digest else "no-store", "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(file.body, media_type=file.kind, headers=headers)
    return Response(file.packed, media_type=file.kind, headers=headers | {"content-encoding": "gzip"})


routes = Router("/static", route_handlers=[serve])
