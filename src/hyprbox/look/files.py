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
# htmx begins a moment after its file has run; what extends it and listens to it must be there by then, so they are one.
JOINED = {"page.js": ("htmx.js", "hx-sse.js", "hyprbox.js")}
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
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
    found = {path.name: path.read_bytes() for folder in FOLDERS for path in folder.iterdir() if path.suffix in KINDS}
    found |= {name: b";\n".join(found[part] for part in parts) for name, parts in JOINED.items()}
    return {name: file(name, body) for name, body in found.items()}


def file(name: str, body: bytes) -> File:
    digest = hashlib.sha256(body).hexdigest()[:16]
    return File(KINDS[Path(name).suffix], digest, body, gzip.compress(body, mtime=0))


@get("/{digest:str}/{name:str}", opt={"exclude_from_auth": True}, include_in_schema=False)
async def serve(digest: FromPath[str], name: FromPath[str], request: Request[Any, Any, Any]) -> Response[bytes]:
    """A page of another version may ask for another digest: it gets what there is, but is not to keep it."""
    found = files().get(name)
    if found is None:
        raise Missing(f"there is no file {name[:80]!a}")
    headers = {"cache-control": FOR_GOOD if digest == found.digest else "no-store", "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(found.body, media_type=found.kind, headers=headers)
    return Response(found.packed, media_type=found.kind, headers=headers | {"content-encoding": "gzip"})


routes = Router("/static", route_handlers=[serve])
