"""Requests of tests: forms as a page sends them, JSON as programs do."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.helpers.servers import Answer, LocalServer


async def post(server: LocalServer, path: str, htmx: bool = False, **form: object) -> Answer:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if htmx:
        headers["HX-Request"] = "true"
    return await server.get(path, method="POST", headers=headers, body=urlencode(form))


async def call(server: LocalServer, method: str, path: str, body: Any = None) -> Answer:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    text = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
    return await server.get(path, method=method, headers=headers, body=text)
