"""What is changed of one node: its labels by operators; its tokens, its name and whether it exists by admins."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from hyprbox import fresh
from hyprbox.box import Box
from hyprbox.door import TheBox, TheCaller, admin, operator
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import TheForm
from hyprbox.look.frame import Frame, TheFrame, address, go
from hyprbox.nodes import store
from hyprbox.nodes.labels import check_labels
from hyprbox.people.model import Role
from hyprbox.tokens import store as tokens
from hyprbox.tokens.made import Made


@get("/nodes/{node_id:str}/settings", guards=[operator])
async def show(node_id: FromPath[str], frame: TheFrame, box: TheBox) -> Template:
    return await _page(frame, box, node_id)


@post("/nodes/{node_id:str}/labels", guards=[operator], status_code=200)
async def label(node_id: FromPath[str], frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    typed = form.text("labels")
    try:
        await box.db.write(store.label, frame.now, frame.caller.name, node_id, read_labels(typed))
    except Invalid as refusal:
        return await _page(frame, box, node_id, typed=typed, refused={"labels": refusal})
    return go(address("nodes", node_id, "settings"))


@post("/nodes/{node_id:str}/renaming", guards=[admin], status_code=200)
async def rename(node_id: FromPath[str], frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    new = form.text("name")
    try:
        await box.db.write(store.rename, frame.now, frame.caller.name, node_id, new)
    except Refusal as refusal:
        return await _page(frame, box, node_id, refused={"name": refusal})
    return go(address("nodes", new, "settings"))


@post("/nodes/{node_id:str}/deletion", guards=[admin], status_code=303)
async def delete(node_id: FromPath[str], box: TheBox, caller: TheCaller, form: TheForm) -> Redirect:
    await fresh.require(box, caller, form)
    await box.db.write(store.delete_node, box.clock.now(), caller.name, node_id)
    return go("/dashboard/nodes")


@post("/nodes/{node_id:str}/tokens", guards=[admin], status_code=200)
async def mint(node_id: FromPath[str], frame: TheFrame, box: TheBox, form: TheForm) -> Template:
    await fresh.require(box, frame.caller, form)
    await box.db.read(store.get, node_id)
    _, text = await box.db.write(tokens.mint, frame.now, frame.caller.name, node_id, node_id)
    return await _page(frame, box, node_id, made=Made(node_id, node_id, text, box.config.public_url))


def read_labels(text: str) -> dict[str, str]:
    """`env=prod role=web`; Invalid for what is no label."""
    pairs = [term.partition("=") for term in text.split()]
    if wrong := next((name for name, equals, _ in pairs if not equals), None):
        raise Invalid(f"labels has the word {wrong[:80]!a}, expected name=value with spaces between them")
    return check_labels({name: value for name, _, value in pairs})


def typed_labels(labels: dict[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(labels.items()))


async def _page(
    frame: Frame, box: Box, node_id: str,
    typed: str | None = None, refused: dict[str, Refusal] | None = None, made: Made | None = None,
) -> Template:  # fmt: skip
    node = await box.db.read(store.get, node_id)
    refused = refused or {}
    return frame.page(
        "nodes/settings.html",
        next((refusal.status for refusal in refused.values()), 200),
        node=node,
        tokens=await box.db.read(tokens.of_node, node_id) if frame.caller.may(Role.ADMIN) else [],
        typed=typed_labels(node.labels) if typed is None else typed,
        refused=refused,
        made=made,
    )
