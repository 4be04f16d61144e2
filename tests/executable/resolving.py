"""Run in a network of its own: a DNS server and an API, and the executable in a tree that knows no other.

`resolving.py TREE URL…` prints for each URL the host that the API was asked for, and the address that it was asked at.
"""

import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ZONE = {  # what the server knows: by name and type (1 A, 28 AAAA)
    ("box.fleet.test", 1): "127.0.0.1",
    ("six.fleet.test", 28): "::1",
    ("xn--bcher-kva.fleet.test", 1): "127.0.0.1",
}
heard = []


class Api(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/api/heartbeat":
            heard.append(f"{self.headers['host']} {self.client_address[0].removeprefix('::ffff:')}")
        self.answer(b"{}")

    def do_GET(self):
        self.answer(b"null")

    def answer(self, body):
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class BothFamilies(ThreadingHTTPServer):
    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def answer_names(line):
    while True:
        question, who = line.recvfrom(512)
        line.sendto(answer(question), who)


def answer(question):
    end = question.index(b"\0", 12) + 1
    kind = struct.unpack(">H", question[end : end + 2])[0]
    address = ZONE.get((name_in(question[12:end]), kind))
    code = 0 if address or name_in(question[12:end]) in {name for name, _ in ZONE} else 3
    head = question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, bool(address), 0, 0)
    if address is None:
        return head + question[12 : end + 4]
    packed = socket.inet_pton(socket.AF_INET if kind == 1 else socket.AF_INET6, address)
    return head + question[12 : end + 4] + struct.pack(">HHHIH", 0xC00C, kind, 1, 60, len(packed)) + packed


def name_in(labels):
    words = []
    while length := labels[0]:
        words.append(labels[1 : length + 1].decode())
        labels = labels[length + 1 :]
    return ".".join(words).lower()


def main():
    sys.path.insert(0, str(Path(__file__).parent.parent.parent))
    from tests.executable.test_file import in_a_tree

    tree, *urls = sys.argv[1:]
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 53))
    threading.Thread(target=answer_names, args=(line,), daemon=True).start()
    threading.Thread(target=BothFamilies(("::", 4000), Api).serve_forever, daemon=True).start()
    for url in urls:
        heard.clear()
        ran = in_a_tree(
            tree, "/hyprnode", "once", HYPRBOX_API_URL=url, HYPRBOX_NODE_ID="münchen", HYPRBOX_STATE_DIR="/tmp"
        )
        print(heard[0] if heard else f"{url} failed: {ran.stderr}", flush=True)


if __name__ == "__main__":
    main()
