"""The proof of a fix as a file to keep."""

from asyncio import to_thread

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from hyprbox.door import TheBox, viewer
from hyprbox.remediations.api import claim_of, signed


@get("/remediations/{remediation_id:str}/proof", guards=[viewer])
async def download(remediation_id: FromPath[str], box: TheBox) -> Response[bytes]:
    claim = await box.db.read(claim_of, remediation_id)
    proof = await to_thread(signed, box.config.secret_key_file, claim)
    name = f"proof-{claim['id']}.json"  # an id of ours: it holds nothing that a header could not
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(msgspec.json.encode(proof), media_type="application/json", headers=headers)


handlers = [download]
