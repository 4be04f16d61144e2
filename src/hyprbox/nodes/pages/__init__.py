"""Pages of nodes: the list and what is changed of one. Its first page is in overview."""

from hyprbox.nodes.pages import labelling, lists, settings

handlers = [
    lists.index, lists.complete, lists.save, lists.forget,
    settings.show, settings.label, settings.rename, settings.delete, settings.mint,
    labelling.show, labelling.label,
]  # fmt: skip
