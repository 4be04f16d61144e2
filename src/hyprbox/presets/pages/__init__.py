"""Pages of presets, and the page of a finding with the preset that answers it."""

from hyprbox.presets.pages import again, catalogue, finding, run

handlers = [
    finding.show,
    finding.fix,
    finding.fix_node,
    catalogue.index,
    run.show,
    run.start,
    again.rerun,
    again.reverse,
]
