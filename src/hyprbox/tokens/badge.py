"""What a node token allows whoever shows it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Badge:
    """`node_id` None: fleet-wide. `token_id` None: no token was shown and none is required."""

    token_id: str | None
    node_id: str | None
    expires_at: datetime | None = None


ANYBODY = Badge(None, None)
