"""Pages of runs: the list, one with its batches, and the form that begins one."""

from hyprbox.runs.pages import begin, lists, one

handlers = [lists.index, begin.show, begin.start, one.show, one.pause, one.resume, one.stop, one.retry]
