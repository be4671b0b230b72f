"""The OpenAPI document at `/openapi.json`, made from the models that check bodies and answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from quart import Quart
from quart_schema import Info, OpenAPIProvider, QuartSchema
from werkzeug.routing import Rule

from lvs import __version__
from lvs.http.routes import API, LEGACY, STATUS, Route

ENDPOINTS = "lvs.documented"
_ORDER = (API, STATUS, LEGACY)


class ApiDocument(OpenAPIProvider):
    """Documents what programs call. Pages and fragments are left out."""

    def generate_rules(self) -> Iterable[Rule]:
        position = self._app.extensions[ENDPOINTS]
        rules = (rule for rule in self._app.url_map.iter_rules() if rule.endpoint in position)
        return sorted(rules, key=lambda rule: position[rule.endpoint])

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


def add(app: Quart, routes: Iterable[Route]) -> None:
    """Serve the document of these routes. The pages that would show it load from other hosts:
    `/api` is our own."""
    documented = [route for route in routes if route.kind.documented]
    documented.sort(key=lambda route: (_ORDER.index(route.kind), route.rule))
    app.extensions[ENDPOINTS] = {route.endpoint: at for at, route in enumerate(documented)}
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
