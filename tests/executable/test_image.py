"""The agent as a container image: the file, a CA bundle and nothing else. Run in a chroot, as its user."""

import json
import os
import subprocess
from contextlib import contextmanager

import pytest

from hyprbox.people.model import Role
from tests.executable.making import images, into
from tests.executable.test_file import in_a_tree
from tests.program import EXECUTABLE
from tests.servers import serving


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    with into(tmp_path_factory.mktemp("image")):
        return images.image(EXECUTABLE)


@pytest.fixture(scope="module")
def tree(image, tmp_path_factory):
    """Its root, unpacked."""
    oci, tree = tmp_path_factory.mktemp("oci"), tmp_path_factory.mktemp("tree")
    tree.chmod(0o755)
    subprocess.run(["tar", "-xf", image, "-C", oci], check=True)
    for layer in manifest(oci)["layers"]:
        subprocess.run(["tar", "-xf", blob(oci, layer["digest"]), "-C", tree], check=True)
    return tree


def blob(oci, digest):
    return oci / "blobs" / digest.replace(":", "/")


def manifest(oci):
    index = json.loads((oci / "index.json").read_text())
    return json.loads(blob(oci, index["manifests"][0]["digest"]).read_text())


def test_it_is_small_and_holds_nothing_else(tree):
    files = {str(path.relative_to(tree)): path.stat().st_size for path in tree.rglob("*") if path.is_file()}

    assert set(files) == {"hyprnode", "etc/ssl/certs/ca-certificates.crt"}
    assert sum(files.values()) <= 9_000_000


def test_it_says_as_whom_and_what_it_runs(image, tmp_path):
    subprocess.run(["tar", "-xf", image, "-C", tmp_path], check=True)
    config = json.loads(blob(tmp_path, manifest(tmp_path)["config"]["digest"]).read_text())["config"]

    assert (config["User"], config["Entrypoint"]) == ("65532:65532", ["/hyprnode"])


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


@contextmanager
def as_ada(server):
    with server.client(server.key(Role.ADMIN)) as client:
        yield client


def test_it_beats_and_scans_and_says_why_a_job_cannot_run(tree, server):
    settings = {
        "HYPRBOX_API_URL": server.url, "HYPRBOX_NODE_ID": "eu-1", "HYPRBOX_NODE_TOKEN": server.token("--node", "eu-1")
    }  # fmt: skip
    first = in_a_tree(tree, "/hyprnode", "once", **settings)
    assert first.returncode == 0, first.stderr
    with as_ada(server) as ada:
        job = ada.post("/api/jobs", json={"nodeId": "eu-1", "script": "true"}).json()["id"]
        second = in_a_tree(tree, "/hyprnode", "once", **settings)
        assert ada.get(f"/api/jobs/{job}").json()["state"] == "FAILED", second.stderr
        ended = ada.get(f"/api/jobs/{job}").json()
        node = ada.get("/api/nodes/eu-1").json()

    assert second.returncode == 0, second.stderr
    assert (node["status"], "bash" in ended["errorMsg"]) == ("ONLINE", True), ended


@pytest.mark.parametrize("proc", ["/proc", "/host/proc"])
def test_buildah_runs_it_also_with_the_hosts_proc_elsewhere(proc, image, buildah, server):
    container = buildah("from", f"oci-archive:{image}")
    node_id = f"eu-2{proc.replace('/', '-')}"
    settings = {
        "HYPRBOX_API_URL": server.url, "HYPRBOX_NODE_ID": node_id, "HOST_PROC": proc,
        "HYPRBOX_NODE_TOKEN": server.token("--node", node_id),
    }  # fmt: skip
    variables = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
    buildah(
        "run", "--isolation=chroot", "--volume", f"/proc:{proc}:ro", *variables, container, "--", "/hyprnode", "once"
    )

    with as_ada(server) as ada:
        node = ada.get(f"/api/nodes/{node_id}").json()
    assert (node["status"], node["kernel"]) == ("ONLINE", os.uname().release)
    assert node["ramPercent"] > 0
