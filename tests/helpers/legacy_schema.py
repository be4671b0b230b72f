"""The JSON shapes of the previous server's performance figures (JSON Schema)."""

from __future__ import annotations

from typing import Any

_COUNT = {"type": "integer", "minimum": 0}
_MS = {"type": "number", "minimum": 0}
_PERCENT = {"type": "number", "minimum": 0, "maximum": 100}


def _whole(properties: dict[str, Any], *, more: bool = False) -> dict[str, Any]:
    """An object that has all of these; other fields only where `more`."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": more,
    }


# Section 5.1.3.
ROUTE = _whole(
    {
        "route": {"type": "string", "minLength": 1},
        "endpoint": {"type": "string", "minLength": 1},
        "p50_ms": _MS,
        "p95_ms": _MS,
        "p99_ms": _MS,
        "avg_ms": _MS,
        "min_ms": _MS,
        "max_ms": _MS,
        "request_count": {"type": "integer", "minimum": 1, "maximum": 100},
        "error_count": _COUNT,
        "last_updated": {
            "type": "string",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
        },
    }
)

# Section 6.2.
ROUTES = _whole({"routes": {"type": "array", "maxItems": 50, "items": ROUTE}})

# Section 6.1, with `endpoints` filled (5.1), and the blocks that 5.3.3 and 5.5.3 foresee.
SNAPSHOT = _whole(
    {
        "cache_hit_rate": _PERCENT,
        "uptime_seconds": {"type": "number", "exclusiveMinimum": 0},
        "database": _whole(
            {
                "total_queries": _COUNT,
                "avg_per_request": {"type": "number", "minimum": 0},
                "max_per_request": _COUNT,
                "count": {"type": "integer", "minimum": 0, "maximum": 100},
            }
        ),
        "ratings_post": _whole(
            {
                "p95_latency_ms": _MS,
                "avg_latency_ms": _MS,
                "request_count": {"type": "integer", "minimum": 0, "maximum": 100},
            }
        ),
        "endpoints": {"type": "object", "additionalProperties": ROUTE},
        "cache": _whole({"hits": _COUNT, "misses": _COUNT, "hit_rate_percent": _PERCENT}),
        "resources": _whole(
            {"uptime_seconds": _MS, "cpu_percent": _MS, "memory_percent": _PERCENT}, more=True
        ),
        "workers": {"type": "object"},
        "streams": {"type": "object"},
    }
)
