"""Labels of the ticked nodes at once: some are set, some taken off, all others stay."""

from litestar import get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from hyprbox.box import Box
from hyprbox.door import TheBox, operator
from hyprbox.errors import Invalid, Refusal
from hyprbox.form import TheForm
from hyprbox.look.frame import Frame, TheFrame, address, go
from hyprbox.nodes import store
from hyprbox.nodes.labels import NAME, check_labels

MOST = 200


@get("/label-nodes", guards=[operator])
async def show(frame: TheFrame, box: TheBox, node: FromQuery[list[str] | None] = None) -> Template:
    """`node`: the ticked ones."""
    return await _page(frame, box, _checked(node or []))


@post("/label-nodes", guards=[operator], status_code=200)
async def label(frame: TheFrame, box: TheBox, form: TheForm) -> Template | Redirect:
    node_ids, typed = _checked(form.every("node")), form.text("labels")
    try:
        added, removed = read_change(typed)
        await box.db.write(store.relabel, frame.now, frame.caller.name, node_ids, added, removed)
    except Invalid as refusal:
        return await _page(frame, box, node_ids, typed, refusal)
    return go(address("nodes"))


def read_change(text: str) -> tuple[dict[str, str], set[str]]:
    """`env=prod role-`: what is set, and the names that are taken off. Invalid for what is neither."""
    words = text.split()
    if not words:
        raise Invalid("labels is empty, expected name=value to set one, or name- to take it off")
    pairs, others = [word for word in words if "=" in word], [word for word in words if "=" not in word]
    if wrong := next((word for word in others if not (word.endswith("-") and NAME.fullmatch(word[:-1]))), None):
        raise Invalid(f"labels has the word {wrong[:80]!a}, expected name=value to set it, or name- to take it off")
    set_to = (pair.partition("=") for pair in pairs)
    return check_labels({name: value for name, _, value in set_to}), {word[:-1] for word in others}


def _checked(node_ids: list[str]) -> list[str]:
    if not 0 < len(node_ids) <= MOST:
        raise Invalid(f"{len(node_ids)} nodes are ticked, expected 1 to {MOST}")
    return sorted(set(node_ids))


async def _page(
    frame: Frame, box: Box, node_ids: list[str], typed: str = "", refusal: Refusal | None = None
) -> Template:
    return frame.page(
        "nodes/labels.html", refusal.status if refusal else 200,
        nodes=await box.db.read(store.get_all, node_ids), typed=typed, refusal=refusal,
    )  # fmt: skip
