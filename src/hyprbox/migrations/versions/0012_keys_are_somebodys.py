"""API keys belong to the people who made them"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

# Who made a key was only kept by name. A person's own name is theirs alone; a key made by a key belongs to whose that is.
OWN = "UPDATE api_keys SET person_id = (SELECT id FROM people WHERE people.name = api_keys.created_by)"


def upgrade() -> None:
    with op.batch_alter_table("api_keys") as keys:
        keys.add_column(sa.Column("person_id", sa.String(), nullable=True))
        keys.create_foreign_key("api_keys_of_people", "people", ["person_id"], ["id"])
    op.create_index(op.f("ix_api_keys_person_id"), "api_keys", ["person_id"])
    op.execute(OWN)
