"""Pages of findings: lists, and what people do with them besides fixing."""

from hyprbox.findings.pages import hold, lists, together

handlers = [
    lists.index, lists.of_node, together.show, together.acknowledge,
    hold.acknowledge, hold.snooze, hold.take_up_again, hold.resolve,
]  # fmt: skip
