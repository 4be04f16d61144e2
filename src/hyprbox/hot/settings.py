"""GET /api/settings: by what a node's scanners are to look, as people have set it for the likes of it."""

from hyprbox.box import Box
from hyprbox.errors import Invalid
from hyprbox.hot.call import Answer, Call, answer
from hyprbox.thresholds import store
from hyprwire.names import check_node_id


async def settings(box: Box, call: Call) -> Answer:
    node_id = call.query("nodeId")
    try:
        check_node_id("nodeId", node_id)
    except ValueError as error:
        raise Invalid(str(error)) from None
    await box.gate.admit_node(call.header(b"authorization"), node_id)
    return answer({"settings": await box.db.read(store.settings_of, box.clock.now(), node_id)})
