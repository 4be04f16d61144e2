"""What is said of a guard: its state, and what each proof means."""

from hyprbox.guards.model import Guard, Kind, State
from hyprbox.sign import Sign

SIGNS = {
    State.AWAITED: Sign("idle", "queued", "Not made yet"),
    State.ARMED: Sign("warn", "warning", "Not confirmed yet"),
    State.CONFIRMED: Sign("ok", "done", "Confirmed"),
    State.ROLLED_BACK: Sign("warn", "refused", "Taken back"),
    State.FAILED: Sign("crit", "critical", "Could not be taken back"),
    State.NOT_ARMED: Sign("idle", "done", "Nothing to guard"),
}
PROOFS = {
    Kind.REACH: "The control plane reached the node's sshd from outside, and it showed the right key",
    Kind.HUMAN: "A person said that people still get in",
    Kind.PROBE: "From a network of its own on the node, sshd can be reached",
    Kind.AGENT: "The agent reached the control plane after the change",
}


def sign(guard: Guard) -> Sign:
    return SIGNS[State(guard.state)]
