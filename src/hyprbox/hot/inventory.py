"""POST /api/inventory: what is on a node, by digest or in full; the answer says of what the whole is wanted."""

from hyprbox.box import Box
from hyprbox.hot.call import Answer, Call, answer
from hyprbox.hot.decode import decode
from hyprbox.inventory import store
from hyprwire.inventory import Inventory


async def tell(box: Box, call: Call) -> Answer:
    await box.gate.badge(call.header(b"authorization"))
    said = decode(Inventory, call.body)
    await box.gate.admit_node(call.header(b"authorization"), said.nodeId)
    return answer(await box.db.write(store.record, box.clock.now(), said))
