"""A token that was made just now, with the lines that an agent needs."""

import shlex
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Made:
    """`node_id` None is fleet-wide: then each node says its own."""

    name: str
    node_id: str | None
    text: str = field(repr=False)
    public_url: str

    @property
    def title(self) -> str:
        return self.name or self.node_id or "for the whole fleet"

    @property
    def lines(self) -> str:
        variables = {
            "HYPRBOX_API_URL": self.public_url,
            "HYPRBOX_NODE_ID": self.node_id or "NAME-OF-THE-NODE",
            "HYPRBOX_NODE_TOKEN": self.text,
        }
        return "\n".join(f"{name}={value}" for name, value in variables.items())

    @property
    def install_line(self) -> str:
        """What makes a machine this node. The token goes to a shell's input: as an argument, others could read it."""
        named = f" HYPRBOX_NODE_ID={shlex.quote(self.node_id)}" if self.node_id else ""
        said = shlex.quote(f"export HYPRBOX_NODE_TOKEN={self.text}{named}")
        return f"{{ printf '%s\\n' {said}; curl -fsSL {shlex.quote(self.public_url + '/install.sh')}; }} | sudo sh"
