"""Pages about people: how they get in, what is theirs, and for admins who they are."""

from hyprbox.people.pages import account, everyone, factors, keys, openid, sessions, signing_in, welcome

handlers = [
    signing_in.show, signing_in.sign_in, signing_in.sign_out, signing_in.second_factor,
    signing_in.passkey_options, signing_in.passkey, openid.go_there, openid.come_back,
    welcome.show, welcome.enter,
    account.first, account.show, account.change_password, account.close_session,
    everyone.index, everyone.invite, everyone.reset, everyone.disable,
    keys.index, keys.create, keys.revoke, sessions.index, sessions.close, *factors.handlers,
]  # fmt: skip
