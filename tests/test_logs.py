"""The log: a line of text or of JSON for each record, and the newest errors for the dashboard."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from lvs.config import ServerConfig
from lvs.logs import RecentErrors, configure_logging
from lvs.services import Services
from tests.helpers.html import elements
from tests.helpers.servers import LocalServer

log = logging.getLogger("lvs.tests")
Lines = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """Whatever a test configures, the next one has pytest's own handlers again. A level that was
    set on the dashboard in a test before is none of these tests."""
    loggers = [logging.getLogger(name) for name in ("", "lvs", "asyncio", "hypercorn.error")]
    before = [(logger, logger.level, list(logger.handlers)) for logger in loggers]
    logging.getLogger("lvs").setLevel(logging.NOTSET)
    yield
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers = handlers


def configured(config: ServerConfig, **settings: object) -> None:
    configure_logging(config.model_copy(update=settings))


def test_a_record_is_a_line_of_text(
    config: ServerConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(config, log_format="text", log_level="info")
    log.warning("%d files are missing", 3)
    (line,) = capsys.readouterr().err.splitlines()
    time, level, message = line.split(maxsplit=2)
    assert datetime.strptime(time, "%H:%M:%S").replace(tzinfo=UTC)
    assert (level, message) == ("WARNING", "3 files are missing")


def test_a_record_is_an_object_of_json(
    config: ServerConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(config, log_format="json", log_level="info")
    before = datetime.now(UTC)
    log.info('A "name"\nof two lines')
    try:
        raise ValueError("no such thing")
    except ValueError:
        log.exception("It failed")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert abs((datetime.fromisoformat(first.pop("at")) - before).total_seconds()) < 60
    expected = {"level": "info", "logger": "lvs.tests", "message": 'A "name"\nof two lines'}
    assert first == expected
    assert second["level"] == "error"
    assert second["exception"].startswith("Traceback")
    assert second["exception"].endswith("ValueError: no such thing")


def test_records_under_the_level_and_those_of_chatty_libraries_are_left_out(
    config: ServerConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(config, log_format="text", log_level="debug")
    for name in ("lvs.tests", "asyncio", "hypercorn.error"):
        logging.getLogger(name).debug("Debugging %s", name)
    assert [line.split()[-1] for line in capsys.readouterr().err.splitlines()] == ["lvs.tests"]
    configured(config, log_format="text", log_level="error")
    log.warning("Not an error")
    assert capsys.readouterr().err == ""


def test_the_newest_errors_are_held_and_no_more() -> None:
    recent = RecentErrors(2)
    recent.attach()
    try:
        for number in range(3):
            log.error("Error %d", number)
        log.warning("Only a warning")
        logging.getLogger("another.library").error("Not ours")
        assert [error.message for error in recent.errors] == ["Error 2", "Error 1"]
    finally:
        recent.detach()
    log.error("Nobody listens")
    assert len(recent.errors) == 2


async def test_an_error_names_its_cause_and_its_request(
    services: Services, server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(type(services.store), "read", broken)
        assert (await server.get("/api/videos?limit=3")).status == 500
    error = services.admin.errors.errors[0]
    assert error.cause == "RuntimeError('a bug')"
    assert error.request == "GET /api/videos?limit=3"
    log.error("A scan failed")
    assert services.admin.errors.errors[0].request == "", "no request led to it"
    page = (await server.get("/admin/performance")).text
    assert any("a bug" in row.text for row in elements(page, "li"))
