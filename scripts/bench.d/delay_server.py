#!/usr/bin/env python3
"""delay_server.py PORT MILLISECONDS BYTES: answers every GET on loopback after that time."""
import asyncio
import sys

PORT, DELAY, SIZE = int(sys.argv[1]), int(sys.argv[2]) / 1e3, int(sys.argv[3])
ANSWER = (b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
          b"Content-Length: %d\r\n\r\n" % SIZE + b"x" * SIZE)


class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.seen = transport, b""

    def data_received(self, data):
        self.seen += data
        while (end := self.seen.find(b"\r\n\r\n")) >= 0:
            self.seen = self.seen[end + 4:]
            asyncio.get_running_loop().call_later(DELAY, self.answer)

    def answer(self):
        if not self.transport.is_closing():
            self.transport.write(ANSWER)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", PORT, backlog=4096)
    async with server:
        await server.serve_forever()


asyncio.run(main())
