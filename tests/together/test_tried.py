"""What `make run` says to who tries it, the first time and the next."""

import importlib.util
from pathlib import Path

from hyprbox.db import Database
from hyprbox.people import store as people
from tests.servers import clean_env

FILE = Path(__file__).parent.parent.parent / "tools" / "run.py"


def test_a_password_that_was_chosen_outlives_the_next_start(tmp_path, monkeypatch):
    """Each start made a new link, and with it the password and whoever was signed in were gone."""
    monkeypatch.setenv("HYPRBOX_DATA_DIR", str(tmp_path / "data"))
    spec = importlib.util.spec_from_file_location("run", FILE)
    tried = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tried)
    env = clean_env() | {"HYPRBOX_DATA_DIR": str(tmp_path / "data"), "HYPRBOX_PUBLIC_URL": "http://127.0.0.1:4000"}

    first, undecided = (tried.how_to_sign_in(env) for _ in range(2))
    db = Database(f"sqlite:///{tmp_path}/data/hyprbox.db")
    with db.session() as session:
        people.known(session, "admin").password = "chosen"
    db.close()

    assert "/dashboard/welcome/hbln_" in first
    assert "/dashboard/welcome/hbln_" in undecided
    assert "Sign in as admin" in tried.how_to_sign_in(env)
    assert "hyprbox user reset admin" in tried.how_to_sign_in(env)
