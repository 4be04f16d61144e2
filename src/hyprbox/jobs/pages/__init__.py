"""Pages of jobs: lists, one job with its live output, and the form that runs a script."""

from hyprbox.jobs.pages import lists, one, run, stream

handlers = [lists.index, lists.of_node, one.show, one.cancel, stream.output, run.show, run.start]
