"""Adding a node: a token of its own, and the lines with which its agent starts."""

from litestar import get, post
from litestar.response import Template

from hyprbox.door import TheBox, admin
from hyprbox.errors import Refusal
from hyprbox.form import TheForm
from hyprbox.look.frame import TheFrame
from hyprbox.tokens import store as tokens
from hyprbox.tokens.made import Made


@get("/add-node", guards=[admin])
async def show(frame: TheFrame) -> Template:
    return frame.page("nodes/add.html", made=None, node_id="", refusal=None)


@post("/add-node", guards=[admin], status_code=200)
async def mint(frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    node_id = form.text("node")
    try:
        _, text = await box.db.write(tokens.mint, frame.now, frame.caller.name, node_id, node_id)
    except Refusal as refusal:
        return frame.page("nodes/add.html", refusal.status, made=None, node_id=node_id, refusal=refusal)
    made = Made(node_id, node_id, text, box.config.public_url)
    return frame.page("nodes/add.html", made=made, node_id=node_id, refusal=None)
