"""Calls of the JSON API: a body checked by its model, an answer written from its model.

The models also make the OpenAPI document. quart-schema's own decorators check an answer again and
write it by way of dictionaries, which takes as long as the change itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from quart import Response, request
from quart_schema import RequestSchemaValidationError, document_request, document_response

from lvs.errors import InvalidInputError

Handler = TypeVar("Handler", bound=Callable[..., Any])


class Arguments(BaseModel):
    """A body, or the arguments of an address. Unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


def takes(model: type[BaseModel]) -> Callable[[Handler], Handler]:
    """The call takes a JSON body of this model, and has it as `data`.

    Raises RequestSchemaValidationError for another body, and as `_validate_slowly` does.
    """

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def call(*args: Any, **kwargs: Any) -> Any:
            try:
                data = model.model_validate_json(await request.get_data())
            except ValidationError:
                data = await _validate_slowly(model)
            return await handler(*args, data=data, **kwargs)

        return cast(Handler, document_request(model)(call))

    return decorate


async def _validate_slowly(model: type[BaseModel]) -> BaseModel:
    """The body as Python reads JSON, which has better error messages.

    Raises InvalidInputError for bytes that are no text, BadRequest for text that is no JSON.
    """
    try:
        body = await request.get_json()
    except UnicodeDecodeError:
        raise InvalidInputError("The body must be JSON in UTF-8.") from None
    if not isinstance(body, dict):
        raise RequestSchemaValidationError(TypeError("not a JSON object"))
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise RequestSchemaValidationError(error) from None


def answers(model: type[BaseModel], status: int = 200) -> Callable[[Handler], Handler]:
    """The call returns this model, or its JSON as bytes, and answers with this status."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        async def call(*args: Any, **kwargs: Any) -> Response:
            answer: BaseModel | bytes = await handler(*args, **kwargs)
            body = answer if isinstance(answer, bytes) else answer.model_dump_json()
            return Response(body, status, content_type="application/json")

        return cast(Handler, document_response(model, status)(call))

    return decorate
