"""buildah, with a store of its own that is gone afterwards."""

import subprocess
from pathlib import Path

import pytest


class Buildah:
    def __init__(self, folder: Path) -> None:
        self.store = ["--root", f"{folder}/store", "--runroot", f"{folder}/run", "--storage-driver", "vfs"]

    def words(self, *words: str) -> list[str]:
        return ["buildah", *self.store, *words]

    def __call__(self, *words: str) -> str:
        ran = subprocess.run(self.words(*words), capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
        return ran.stdout.strip()


@pytest.fixture(scope="module")
def buildah(tmp_path_factory):
    folder = tmp_path_factory.mktemp("buildah")
    yield Buildah(folder)
    subprocess.run(["rm", "-rf", folder], check=True)  # a gigabyte
