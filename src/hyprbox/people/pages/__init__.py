"""Pages about people: how they get in, what is theirs, and for admins who they are."""

from litestar import Router

from hyprbox.people.pages import signing_in, welcome

routes = Router(
    "/dashboard",
    route_handlers=[signing_in.show, signing_in.sign_in, signing_in.sign_out, welcome.show, welcome.enter],
    include_in_schema=False,
)
