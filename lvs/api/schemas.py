"""The JSON of the API: what goes in and what comes out. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    create_model,
    model_validator,
)

from lvs.store.filters import FILTERS, Filter
from lvs.store.sort_orders import SORT_ORDERS

Stars = Annotated[StrictInt, Field(ge=1, le=5)]
MediaHash = Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
Projection = Literal[
    "flat", "180", "360", "fisheye", "fisheye190", "mkx200", "mkx220", "rf52", "vrca220", "eac"
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Target(_In):
    """A video, by `media_hash` or by `filename`."""

    media_hash: MediaHash | None = None
    filename: Annotated[str, Field(min_length=1, max_length=4096)] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Target:
        if (self.media_hash is None) == (self.filename is None):
            raise ValueError("name the video by either `media_hash` or `filename`")
        return self


class RatingIn(_In):
    value: Stars


class TargetedRatingIn(Target):
    value: Stars


class FavoriteIn(Target):
    """Without `favorite`, toggles."""

    favorite: StrictBool | None = None


class LegacyIn(BaseModel):
    """Request of a legacy call; other fields are ignored."""

    filename: Annotated[str, Field(min_length=1, max_length=4096)]


class LegacyRateIn(LegacyIn):
    """1 to 5 stars; 0 clears them."""

    rating: Annotated[StrictInt, Field(ge=0, le=5)]


class LegacyFavoriteIn(LegacyIn):
    """Without `favorite`, toggles."""

    favorite: StrictBool | None = None


class LegacyTagIn(LegacyIn):
    tag: Annotated[str, Field(min_length=1, max_length=200)]


class LegacyViewIn(LegacyIn):
    pass


class TagsIn(Target):
    """The new tags of the video; they replace the old ones."""

    tags: Annotated[list[str], Field(max_length=50)]


class PopularIn(_In):
    q: Annotated[str, Field(max_length=60)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class _OrderIn(_In):
    sort: Literal[*SORT_ORDERS] | None = None  # type: ignore[valid-type]
    folder: str = ""
    seed: Annotated[int, Field(ge=1, le=2_147_483_646)] | None = None


def _argument(one: Filter) -> Any:
    """Type and default of a filter as pydantic takes them."""
    number = Annotated[int, Field(ge=0, le=one.highest)]
    return (number | None, None) if one.negation else (number, 0)


_FilteredIn = create_model(
    "_FilteredIn", __base__=_OrderIn, **{one.name: _argument(one) for one in FILTERS}
)


class ListIn(_FilteredIn):  # type: ignore[misc, valid-type]
    """The gallery's arguments. `min_*` is inclusive, `max_*` is exclusive."""

    q: Annotated[str, Field(max_length=200)] = ""
    tag: Annotated[list[str] | str, Field(max_length=100)] = ""
    after: Annotated[str, Field(max_length=4096)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 60


class OwnRating(BaseModel):
    value: int | None


class RatingOut(BaseModel):
    """`user.value` is null when unrated."""

    average: float
    count: int
    user: OwnRating


class FavoriteOut(BaseModel):
    """`count` is how many users have it as a favorite."""

    media_hash: str
    favorite: bool
    count: int


class LegacyRateOut(BaseModel):
    success: Literal[True] = True
    rating: int | None
    average: float


class LegacyFavoriteOut(BaseModel):
    success: Literal[True] = True
    favorite: bool


class LegacyTagsOut(BaseModel):
    success: Literal[True] = True
    tags: list[str]


class LegacyViewOut(BaseModel):
    success: Literal[True] = True
    views: int


class CacheOut(BaseModel):
    """`hit_rate` is a percentage since the start, 0.0 before any use."""

    entries: int
    limit: int
    hits: int
    misses: int
    hit_rate: float


class CacheStatusOut(BaseModel):
    """Library size and cache statistics, by cache and in total."""

    videos: int
    waiting: int
    scanning: bool
    hits: int
    misses: int
    hit_rate: float
    caches: dict[str, CacheOut]


class RefreshOut(BaseModel):
    success: Literal[True] = True


class RoutesIn(_In):
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    sort_by: Literal["p95_ms", "p99_ms", "avg_ms", "request_count"] = "p95_ms"
    order: Literal["asc", "desc"] = "desc"


class RouteOut(BaseModel):
    """Last 100 requests of a route; `last_updated` is ISO 8601 in UTC."""

    route: str
    endpoint: str
    p50_ms: float
    p95_ms: float
    p99_ms: float
    avg_ms: float
    min_ms: float
    max_ms: float
    request_count: int
    error_count: int
    last_updated: str


class RoutesOut(BaseModel):
    routes: list[RouteOut]


class HistoryIn(_In):
    span: Literal["hour", "day"] = "hour"


class SampleOut(BaseModel):
    """`at` is Unix time; rates are per second; `p95_ms` covers the requests of that sample."""

    at: float
    requests: float
    errors: float
    p95_ms: float
    hit_rate: float
    cpu_percent: float
    memory_bytes: int
    sent_bytes: float


class HistoryOut(BaseModel):
    """Oldest first; `step_s` is the seconds between two samples."""

    span: Literal["hour", "day"]
    step_s: int
    samples: list[SampleOut]


class DatabaseOut(BaseModel):
    """Last 100 requests."""

    total_queries: int
    avg_per_request: float
    max_per_request: int
    count: int


class RatingsPostOut(BaseModel):
    p95_latency_ms: float
    avg_latency_ms: float
    request_count: int


class HitsOut(BaseModel):
    hits: int
    misses: int
    hit_rate_percent: float


class DiskOut(BaseModel):
    path: str
    free_bytes: int
    total_bytes: int


class ResourcesOut(BaseModel):
    uptime_seconds: float
    cpu_percent: float
    memory_percent: float
    memory_mb: float
    threads: int
    open_files: int
    disks: list[DiskOut]


class WorkersOut(BaseModel):
    waiting: int
    busy: int
    done: int
    failed: int
    seconds_each: float


class StreamsOut(BaseModel):
    pages: int
    messages: int
    dropped: int
    resyncs: int
    events: dict[str, int]
    videos: int
    sent_bytes: int


class PerformanceOut(BaseModel):
    """`endpoints` by route."""

    cache_hit_rate: float
    uptime_seconds: float
    database: DatabaseOut
    ratings_post: RatingsPostOut
    endpoints: dict[str, RouteOut]
    cache: HitsOut
    resources: ResourcesOut
    workers: WorkersOut
    streams: StreamsOut


class TagOut(BaseModel):
    """`count` is how many videos have it."""

    name: str
    count: int


class PopularOut(BaseModel):
    tags: list[TagOut]


class TagsOut(BaseModel):
    tags: list[str]


class VideoRating(BaseModel):
    average: float
    count: int
    user: int | None


class VideoOut(BaseModel):
    """`width` and `height` are as displayed, in pixels; null until probed."""

    media_hash: str
    title: str
    filename: str
    duration_s: float | None
    width: int | None
    height: int | None
    video_codec: str | None
    audio_codec: str | None
    size_bytes: int
    added_at: str
    rating: VideoRating
    favorite: bool
    views: int
    tags: list[str]
    projection: Projection
    stereo: Literal["mono", "sbs", "tb"]
    eyes_swapped: bool
    thumbnail_url: str
    video_url: str
    watch_url: str


class VideosOut(BaseModel):
    """`next` is the cursor for `after`; null on the last page."""

    videos: list[VideoOut]
    next: str | None
    total: int


class PingOut(BaseModel):
    status: Literal["ok"]
    version: str


class ProblemOut(BaseModel):
    """RFC 9457: `detail` says what is wrong and what to do."""

    title: str
    status: int
    detail: str
