"""Errors that a person may meet; `lvs.http.responses` maps each to HTTP in one place."""

from __future__ import annotations


class LvsError(Exception):
    """Base: `detail` is one sentence that says what is wrong and what to do about it."""

    status = 500
    title = "Something went wrong"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class InvalidInputError(LvsError):
    status = 400
    title = "Invalid request"


class ForbiddenError(LvsError):
    status = 403
    title = "Blocked"


class NotFoundError(LvsError):
    status = 404
    title = "Not found"


class UnsupportedMediaError(LvsError):
    status = 415
    title = "Unsupported content type"


class ConflictError(LvsError):
    """What was asked cannot be done as things are."""

    status = 409
    title = "Can't do that now"


class WrongHostError(LvsError):
    status = 421
    title = "Unknown host name"


class TooManyRequestsError(LvsError):
    """More than a client's share; the client may try again after `wait_s` seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, wait_s: float, detail: str) -> None:
        super().__init__(detail)
        self.wait_s = wait_s


class UnavailableError(LvsError):
    """The thing exists but cannot be had now: the disk is full, the folder is offline."""

    status = 503
    title = "Temporarily unavailable"


class StartError(LvsError):
    """The server cannot start. The command line prints `detail` as its one line and exits 1."""
