"""Writes a new migration from what the models say now: `python tools/migration.py "nodes have labels"`."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from hyprbox import migrations


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'empty.db'}")
        migrations.upgrade(engine)
        with engine.begin() as connection:
            number = len(migrations.known()) + 1
            command.revision(migrations.config(connection), sys.argv[1], autogenerate=True, rev_id=f"{number:04}")


main()
