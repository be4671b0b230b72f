"""Old addresses are answered as the new ones are, until the next release."""

from __future__ import annotations

import logging

import pytest

from lvs.server.routes import ROUTES
from tests.helpers.requests import post
from tests.helpers.servers import HOME, LocalServer

METHODS = {route.rule: route.methods for route in ROUTES}
RENAMED_ROUTES = {route.was: route.rule for route in ROUTES if route.was}


async def status(server: LocalServer, rule: str) -> int:
    if METHODS[RENAMED_ROUTES.get(rule, rule)] == ("POST",):
        return (await post(server, rule, search="1")).status
    return (await server.get(rule)).status


@pytest.mark.parametrize(("old", "new"), RENAMED_ROUTES.items())
async def test_an_old_address_is_answered_and_logged_once(
    server: LocalServer, caplog: pytest.LogCaptureFixture, old: str, new: str
) -> None:
    with caplog.at_level(logging.WARNING, "lvs"):
        expected = await status(server, new)
        assert not caplog.messages
        assert [await status(server, old) for _ in range(2)] == [expected] * 2
    assert [line for line in caplog.messages if f"{old} is now {new}" in line] == caplog.messages
    assert len(caplog.messages) == 1


async def test_the_old_certificate_address_has_the_certificate(server: LocalServer) -> None:
    answer = await server.get("/headset/authority.crt")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-x509-ca-cert")
    assert answer.body == (await server.get("/headset/ca.crt")).body


@pytest.mark.parametrize(("old", "new"), RENAMED_ROUTES.items())
def test_our_own_pages_use_the_new_address(old: str, new: str) -> None:
    assert old not in METHODS
    pages = [*(HOME / "templates").rglob("*.html"), *(HOME / "static" / "js").rglob("*.js")]
    assert not [path.name for path in pages if old in path.read_text("utf-8")]
    assert f"| `{new}` | `{old}` |" in (HOME / "docs" / "API.md").read_text("utf-8")
