"""Run in another network: whoever connects to a Unix socket here is connected to an address there."""

import asyncio
import subprocess
import sys
from contextlib import suppress


def start(command, path, host, port):
    """Listens when this returns: a socket whose connect() fails is closed by nobody in httpcore."""
    words = command(sys.executable, __file__, path, host, port)
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"listening\n"
    return process


async def serve(path, host, port):
    async def connected(reader, writer):
        try:
            there_reader, there_writer = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))

    server = await asyncio.start_unix_server(connected, path)
    print("listening", flush=True)
    await server.serve_forever()


async def pump(reader, writer):
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
