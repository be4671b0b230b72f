"""`/ping`: is it there, and which version."""

from __future__ import annotations

import json

from quart import Response

from lvs import __version__

_BODY = json.dumps({"status": "ok", "version": __version__})


async def ping() -> Response:
    return Response(_BODY, 200, content_type="application/json")
