"""Access: origins, host names, pages of other sites, and the rate of writes."""

from __future__ import annotations

import json

import pytest

from lvs.config import ServerConfig
from lvs.errors import TooManyRequestsError
from lvs.http.access import Guard, RateLimit
from tests.helpers.libraries import fill, hash_of
from tests.helpers.requests import call
from tests.helpers.servers import (
    Answer,
    LocalServer,
    StartServices,
    serving,
)

NEAR = "http://192.168.1.20:3000"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (NEAR, True),
        ("https://10.0.0.4", True),
        ("http://[fd00::1]:8080", True),
        ("http://localhost:5173", True),
        ("http://tv.local", True),
        ("https://films.example", True),
        ("https://films.example:444", False),
        ("http://8.8.8.8", False),
        ("https://evil.example", False),
        ("https://localhost.evil.example", False),
        ("http://0.0.0.0", False),
        ("file://localhost", False),
        ("null", False),
        ("http://[", False),
        ("http://tv.local:x", False),
        ("http://169.254.3.4", True),
        ("http://[fe80::1%25eth0]", True),
        ("http://[::ffff:192.168.1.20]", True),
        ("http://[::ffff:8.8.8.8]", False),
        ("http://203.0.113.7", False),
        ("http://198.18.0.1", False),
        ("http://240.0.0.1", False),
        ("http://100.64.0.1", False),
        ("http://[2001:0:4136:e378::1]", False),
    ],
)
def test_trusted_origins_are_allowed(config: ServerConfig, origin: str, allowed: bool) -> None:
    own = config.model_copy(update={"allowed_origins": ("https://films.example",)})
    assert Guard(own).allows_origin(origin) is allowed


async def ask(server: LocalServer, method: str, path: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = named.pop("body", None)
    return await server.get(path, method=method, headers=named, body=body)


async def test_a_preflight_is_answered_and_only_ours_are_let_in(server: LocalServer) -> None:
    asked = {"Access_Control_Request_Method": "POST"}
    answer = await ask(server, "OPTIONS", "/api/ratings", Origin=NEAR, **asked)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == NEAR
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]
    assert "Origin" in answer.headers["vary"]
    answer = await ask(server, "OPTIONS", "/api/ratings", Origin="https://evil.example", **asked)
    assert answer.status == 204
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert (await ask(server, "OPTIONS", "/tags/delete", Origin=NEAR, **asked)).status == 405


async def test_a_program_of_a_trusted_origin_may_write_and_another_may_not(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 1)
    path = f"/api/ratings/{await hash_of(server.services, 1)}"
    sent = {
        "Content_Type": "application/json",
        "body": '{"value": 4}',
        "Sec_Fetch_Site": "cross-site",
    }
    answer = await ask(server, "POST", path, Origin=NEAR, **sent)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (201, NEAR)
    assert (await ask(server, "POST", path, Origin="https://evil.example", **sent)).status == 403
    assert (await ask(server, "POST", path, **sent)).status == 403
    form = {"Content_Type": "application/x-www-form-urlencoded", "body": "tag=x"}
    assert (await ask(server, "POST", "/tags/delete", Origin=NEAR, **form)).status == 403
    page = await ask(server, "GET", "/", Origin=NEAR)
    assert "access-control-allow-origin" not in page.headers


async def test_an_address_that_is_none_is_foreign_and_nothing_is_written(
    server: LocalServer,
) -> None:
    await fill(server.services.store, 1)
    media_hash = await hash_of(server.services, 1)
    form = {"Content_Type": "application/x-www-form-urlencoded", "body": "value=4"}
    path = f"/videos/{media_hash}/rating"
    assert (await ask(server, "POST", path, Origin="http://[", **form)).status == 403
    found = json.loads((await server.get(f"/api/ratings/{media_hash}")).body)
    assert found["count"] == 0
    answer = await ask(server, "POST", path, Referer="http://[", **form)
    assert (answer.status, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("page", "location"),
    [
        ("/all?sort=title", "/all?sort=title"),
        ("//evil.example/x", "/evil.example/x"),
        ("/\\evil.example/x", "/evil.example/x"),
        ("/\x01//evil.example", "/evil.example"),
        ("/ /evil.example", "/evil.example"),
        ("", "/"),
    ],
)
async def test_a_form_leads_back_to_this_server_alone(
    server: LocalServer, page: str, location: str
) -> None:
    referer = f"{server.url}{page}"
    answer = await ask(server, "POST", "/library/scan", Referer=referer)
    assert (answer.status, answer.headers["location"]) == (303, location)


def test_a_client_has_a_burst_and_then_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("lvs.http.access.time.monotonic", lambda: now)
    limit = RateLimit(10, 20, "Wait.")
    for _ in range(20):
        limit.spend("phone")
    with pytest.raises(TooManyRequestsError) as refused:
        limit.spend("phone")
    assert refused.value.wait_s == pytest.approx(0.1)
    limit.spend("tablet")
    now += 0.5
    for _ in range(5):
        limit.spend("phone")
    with pytest.raises(TooManyRequestsError):
        limit.spend("phone")
    now += 3600
    for _ in range(20):
        limit.spend("phone")


async def test_too_many_writes_get_a_retry_after(start_services: StartServices) -> None:
    services = await start_services(live=False, writes_per_second=0.01, writes_burst=3)
    await fill(services.store, 1)
    async with serving(services) as server:
        path = f"/api/ratings/{await hash_of(services, 1)}"
        for _ in range(3):
            assert (await call(server, "POST", path, {"value": 3})).status == 201
        answer = await call(server, "POST", path, {"value": 4})
        assert answer.status == 429
        assert 0 < int(answer.headers["retry-after"]) <= 100, "the seconds until one may be made"
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await call(server, "GET", path)).status == 200


async def test_every_answer_is_guarded(server: LocalServer) -> None:
    for path in ("/", "/ping", "/no/such/page", "/static/css/base.css"):
        headers = (await server.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "script-src" not in policy, "default-src holds for scripts: no inline ones"
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "permissions-policy" in headers


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost:8080", "[::1]:8080", "192.168.1.5", "lvs.local", "NAS.local."]
)
async def test_our_names_are_answered(server: LocalServer, host: str) -> None:
    assert (await server.get("/ping", headers={"Host": host})).status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "1.2.3.4.nip.io", "["])
async def test_other_names_are_refused(server: LocalServer, host: str) -> None:
    answer = await server.get("/ping", headers={"Host": host})
    assert answer.status == 421
    assert "LVS_ALLOWED_HOSTS" in answer.text


async def test_a_configured_name_is_answered(start_services: StartServices) -> None:
    services = await start_services(live=False, allowed_hosts=("films.example",))
    async with serving(services) as server:
        answer = await server.get("/ping", headers={"Host": "films.example:8080"})
        assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_pages_of_other_sites_change_nothing(
    server: LocalServer, headers: dict[str, str]
) -> None:
    answer = await server.get("/library/scan", method="POST", headers=headers)
    assert answer.status == 403


async def test_a_form_without_scripts_comes_back_to_its_page(server: LocalServer) -> None:
    referer = f"{server.url}/all?sort=title"
    for headers in ({"Referer": referer}, {"Referer": referer, "Sec-Fetch-Site": "same-origin"}):
        answer = await server.get("/library/scan", method="POST", headers=headers)
        assert (answer.status, answer.headers["location"]) == (303, "/all?sort=title")
    fragment = await server.get("/library/scan", method="POST", headers={"HX-Request": "true"})
    assert "Scanning all folders." in fragment.text or "another follows" in fragment.text
    assert fragment.headers["hx-retarget"] == "#notices"
