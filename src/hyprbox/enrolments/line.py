"""The one line that makes a machine a node: what people copy."""

import shlex


def line(public_url: str, code: str = "") -> str:
    """The code goes before the script, on the shell's input: as an argument, others could read it."""
    fetch = f"curl -fsSL {shlex.quote(public_url + '/install.sh')}"
    if not code:
        return f"{fetch} | sudo sh"
    return f"{{ echo HYPRBOX_ENROLMENT_CODE={code}; {fetch}; }} | sudo sh"


def cloud_init(public_url: str, code: str) -> str:
    return f"#cloud-config\nruncmd:\n  - |\n    {line(public_url, code).replace('| sudo sh', '| sh')}\n"
