"""Serves the emulator with uvicorn and httptools in place of Hypercorn, which ministack starts: 2,000 small requests need 2.8 s
of processor time in place of 4.0, and the emulator does half of the work of the end-to-end tests.

Only what ministack sets for Hypercorn is kept: the address, no `Server` and no second `Date` header, and the time that an
idle connection stays open.
"""

import uvicorn

# How long requests in progress may take when the emulator ends. Receiving messages from a queue waits for up to 20 s.
GRACE_SECONDS = 3


async def serve(app, config):
    """Takes the place of `hypercorn.asyncio.serve`."""
    host, port = config.bind[0].rsplit(":", 1)
    settings = uvicorn.Config(
        app,
        host=host,
        port=int(port),
        loop="asyncio",
        http="httptools",
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
