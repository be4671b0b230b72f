"""Telling the OpenAPI document how a call may be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel
from quart_schema import document_response


class ProblemOut(BaseModel):
    """RFC 9457: `detail` says what is wrong and what to do."""

    title: str
    status: int
    detail: str


Handler = TypeVar("Handler", bound=Callable[..., Any])

A_BODY = (400, 403, 404, 413, 415, 429)  # every call that names a video in a JSON body


def refuses(*statuses: int) -> Callable[[Handler], Handler]:
    """The call may answer a problem with one of these statuses."""

    def document(handler: Handler) -> Handler:
        for status in statuses:
            handler = document_response(ProblemOut, status)(handler)
        return handler

    return document
