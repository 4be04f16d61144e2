"""Adding nodes: the page that makes the line, and what that line fetches, which is open to everybody."""

from hyprbox.enrolments.pages import adding, handout

outside = handout.handlers
handlers = adding.handlers
