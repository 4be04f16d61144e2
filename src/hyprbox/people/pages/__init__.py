"""Pages about people: how they get in, what is theirs, and for admins who they are."""

from hyprbox.people.pages import account, everyone, keys, signing_in, welcome

handlers = [
    signing_in.show, signing_in.sign_in, signing_in.sign_out,
    welcome.show, welcome.enter,
    account.first, account.show, account.change_password, account.close_session,
    everyone.index, everyone.invite, everyone.reset, everyone.disable,
    keys.index, keys.create, keys.revoke,
]  # fmt: skip
