"""Pages about people: how they get in, what is theirs, and for admins who they are."""

from hyprbox.people.pages import signing_in, welcome

handlers = [signing_in.show, signing_in.sign_in, signing_in.sign_out, welcome.show, welcome.enter]
