"""Pages of nodes: the list, adding one, and what is changed of one. Its first page is in overview."""

from hyprbox.nodes.pages import add, lists, settings

handlers = [
    lists.index, add.show, add.mint,
    settings.show, settings.label, settings.rename, settings.delete, settings.mint,
]  # fmt: skip
