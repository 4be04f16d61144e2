"""How the executable finds the API by name: musl asks, not the host's libc."""

import subprocess
import sys

from tests.executable import resolving
from tests.executable.test_file import empty  # noqa: F401 - a fixture


def test_names_are_found_by_search_domain_in_both_families_in_hosts_and_beyond_ascii(empty):  # noqa: F811
    (empty / "etc").mkdir()
    (empty / "etc/resolv.conf").write_text("nameserver 127.0.0.1\nsearch nowhere.test fleet.test\n")
    (empty / "etc/hosts").write_text("127.0.0.1 localhost\n127.0.0.1 static\n")
    urls = ["http://box:4000", "http://six.fleet.test:4000", "http://static:4000", "http://bücher.fleet.test:4000"]
    words = ["unshare", "--net", "bash", "-ec", 'ip link set lo up; exec "$@"', "net", sys.executable]

    ran = subprocess.run([*words, resolving.__file__, str(empty), *urls], capture_output=True, text=True)

    assert ran.stdout.splitlines() == [
        "box:4000 127.0.0.1",
        "six.fleet.test:4000 ::1",
        "static:4000 127.0.0.1",
        "xn--bcher-kva.fleet.test:4000 127.0.0.1",
    ], ran.stderr
