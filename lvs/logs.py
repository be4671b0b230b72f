"""Logging: one readable line per event, or one JSON object per line."""

from __future__ import annotations

import json
import logging
import sys
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from quart import has_request_context, request

from lvs.config import ServerConfig


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def configure_logging(config: ServerConfig) -> None:
    """Send our log and the server's to stderr in the configured form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _JsonFormatter()
        if config.log_format == "json"
        else logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(config.log_level.upper())
    for chatty in ("watchfiles", "asyncio", "hypercorn.error"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class LoggedError:
    """An error of the log. `cause` is what led to it, in one line; `request` what was being
    answered, empty for what the server does by itself."""

    at: float
    message: str
    cause: str
    request: str


class RecentErrors(logging.Handler):
    """The newest errors of our own loggers, for the admin page."""

    def __init__(self, kept: int = 50) -> None:
        super().__init__(logging.ERROR)
        self.errors: deque[LoggedError] = deque(maxlen=kept)

    def emit(self, record: logging.LogRecord) -> None:
        cause = repr(record.exc_info[1]) if record.exc_info else ""
        asked = f"{request.method} {request.full_path.rstrip('?')}" if has_request_context() else ""
        self.errors.appendleft(LoggedError(record.created, record.getMessage(), cause, asked))

    def attach(self) -> None:
        logging.getLogger("lvs").addHandler(self)

    def detach(self) -> None:
        logging.getLogger("lvs").removeHandler(self)
