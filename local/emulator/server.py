"""Serves the emulator with uvicorn, httptools and uvloop in place of Hypercorn, which ministack starts. 2,000 small requests
needed 2.8 s of processor time in place of 4.0 with the first two. The emulator does half of the work of the end-to-end tests.

Only what ministack sets for Hypercorn is kept: the address, no `Server` and no second `Date` header, and the time that an
idle connection stays open.
"""

import asyncio

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# How long requests in progress may take when the emulator ends. Receiving messages from a queue waits for up to 20 s.
GRACE_SECONDS = 3


class Gathered:
    """A transport that sends what is written in one go: the head and the body of a response, which are two calls."""

    def __init__(self, transport):
        self.transport = transport
        self.parts = []

    def __getattr__(self, name):
        return getattr(self.transport, name)

    def write(self, data):
        if not self.parts:
            asyncio.get_running_loop().call_soon(self.flush)
        self.parts.append(data)

    def flush(self):
        parts, self.parts = self.parts, []
        if parts and not self.transport.is_closing():
            self.transport.write(b"".join(parts))

    def close(self):
        self.flush()
        self.transport.close()


class Protocol(HttpToolsProtocol):
    def connection_made(self, transport):
        super().connection_made(Gathered(transport))


async def serve(app, config):
    """Takes the place of `hypercorn.asyncio.serve`."""
    host, port = config.bind[0].rsplit(":", 1)
    settings = uvicorn.Config(
        app,
        host=host,
        port=int(port),
        loop="none",
        http=Protocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=int(config.keep_alive_timeout),
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    await uvicorn.Server(settings).serve()
