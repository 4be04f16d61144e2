"""How a state is shown: a tone for its colour, an icon whose shape says the same, a word."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """`tone` is ok (proven), warn (soon), crit (now), act (at work) or idle; `icon` a symbol of icons.svg."""

    tone: str
    icon: str
    word: str
