"""A file system that answers nothing, as that of a dead NFS server: whoever touches it waits for ever."""

import json
import os
import subprocess
import sys

HUNG = """
import os, subprocess, sys
where = sys.argv[1]
nobody = os.open("/dev/fuse", os.O_RDWR)  # whoever should answer for what is mounted there
options = f"fd={nobody},rootmode=40000,user_id=0,group_id=0"
subprocess.run(["mount", "-i", "-t", "fuse", "-o", options, "hung", where], check=True, pass_fds=[nobody])
sys.exit(subprocess.run([sys.executable, "-m", "hyprnode", "scan", "--json"], timeout=120).returncode)
"""


def test_who_looks_where_nobody_answers_is_given_up_and_the_others_look_on(tmp_path):
    (tmp_path / "mnt").mkdir()
    settings = {
        "HYPRBOX_API_URL": "http://127.0.0.1:9",
        "HYPRBOX_NODE_ID": "eu-1",
        "HYPRBOX_STATE_DIR": str(tmp_path / "state"),
        "HYPRBOX_TLS_PATHS": str(tmp_path / "mnt" / "*.pem"),
    }
    done = subprocess.run(
        ["unshare", "--mount", sys.executable, "-c", HUNG, tmp_path / "mnt"],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=150,
    )

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    said = {finding["type"]: finding["message"] for finding in seen["findings"]}
    assert said["tls.unreadable"] == "The scanner tls did not finish: it took too long"
    ok = {scanner["name"]: scanner["ok"] for scanner in seen["scanners"]}
    assert not ok.pop("tls")
    assert len(ok) > 10
    assert ok["disk"]
