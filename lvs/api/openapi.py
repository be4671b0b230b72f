"""The OpenAPI document at `/openapi.json`, made from the models that check bodies and answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from quart import Quart
from quart_schema import Info, OpenAPIProvider, QuartSchema
from werkzeug.routing import Rule

from lvs import __version__
from lvs.http.access import LEGACY_CALLS

CALLS = ("/api/", "/ping", "/admin/cache/", "/admin/performance/json")


class ApiDocument(OpenAPIProvider):
    """Tells of what programs call; pages and fragments are not for them."""

    def generate_rules(self) -> Iterable[Rule]:
        rules = self._app.url_map.iter_rules()
        return [rule for rule in rules if rule.rule.startswith(CALLS) or rule.rule in LEGACY_CALLS]

    def schema(self) -> dict[str, Any]:
        """The document, with refusals as what they are: `application/problem+json`."""
        schema = super().schema()
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400:
                        content = response["content"]
                        content["application/problem+json"] = content.pop("application/json")
        return schema


def add(app: Quart) -> None:
    """Serve the document. The pages that would show it load from elsewhere: `/api` is our own."""
    QuartSchema(
        app,
        openapi_path="/openapi.json",
        swagger_ui_path=None,
        redoc_ui_path=None,
        scalar_ui_path=None,
        info=Info(title="Local Video Server", version=__version__),
        conversion_preference="pydantic",
        openapi_provider_class=ApiDocument,
    )
