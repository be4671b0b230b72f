"""`/ping`: is it there, and which version."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel
from quart import Response
from quart_schema import document_response

from lvs import __version__
from lvs.http.routes import STATUS, Route


class PingOut(BaseModel):
    status: Literal["ok"]
    version: str


_BODY = json.dumps({"status": "ok", "version": __version__})


@document_response(PingOut)
async def ping() -> Response:
    """Health check."""
    return Response(_BODY, 200, content_type="application/json")


ROUTES = (Route("/ping", ping, STATUS),)
