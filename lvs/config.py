"""Settings, declared once: name, type, default, help, validation.

They resolve from the environment (`LVS_` prefix), `.env`, `config.json`, then the default.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from lvs.errors import StartError

PREFIX = "LVS_"


def _split(separator: str) -> BeforeValidator:
    def split(value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(separator) if part.strip()]
        return value

    return BeforeValidator(split)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - keeps symlinks as given


def _login(value: SecretStr) -> SecretStr:
    name, _, password = value.get_secret_value().partition(":")
    if value and not (name and password):
        raise ValueError("it must be `name:password`, or empty")
    return value


FolderPath = Annotated[Path, AfterValidator(_absolute)]


class ServerConfig(BaseSettings):
    """All settings of one server; immutable after the start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        json_file="config.json",
        extra="forbid",
        frozen=True,
        validate_default=True,
    )

    video_directory: Annotated[tuple[FolderPath, ...], NoDecode, _split(os.pathsep)] = Field(
        default=(Path("videos"),),
        min_length=1,
        description="The folder with the videos, or several joined by the path separator",
    )
    data_directory: FolderPath = Field(
        default=Path("data"),
        description="Database, thumbnails, backups; a local disk, never inside a video folder",
    )
    host: str = Field(default="0.0.0.0", description="The address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="The port to listen on; 0 for any")
    https: bool = Field(
        default=True,
        description="Also serve over HTTPS, which a browser wants for VR; by a certificate of this "
        "server's own, or yours",
    )
    https_port: int = Field(
        default=8443, ge=0, le=65535, description="The port for HTTPS; 0 for any"
    )
    https_certificate: FolderPath | None = Field(
        default=None, description="Your own certificate (PEM, with its chain)"
    )
    https_key: FolderPath | None = Field(default=None, description="The key of your certificate")
    watch: Literal["auto", "native", "polling", "off"] = Field(
        default="auto",
        description="How changes are noticed: `auto` polls network mounts and asks the system "
        "for notices elsewhere",
    )
    poll_interval_s: float = Field(
        default=5.0, ge=0.1, le=3600, description="Seconds between two looks where polling is used"
    )
    workers: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Processes that read videos and make thumbnails; 0 for one per CPU core, "
        "eight at most",
    )
    media_timeout_s: float = Field(
        default=30.0,
        ge=1,
        le=600,
        description="Seconds a worker may spend on one file before it is given up",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, _split(",")] = Field(
        default=(),
        description="Host names to answer to, beside IP addresses, `localhost`, `*.local` and "
        "this machine's name; comma-separated",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode, _split(",")] = Field(
        default=(),
        description="Origins that may call the JSON API, beside `localhost`, private addresses "
        "and `*.local`; comma-separated",
    )
    writes_per_second: float = Field(
        default=50.0, gt=0, le=100_000, description="Changes that one client may make in a second"
    )
    writes_burst: int = Field(
        default=200, ge=1, le=1_000_000, description="Changes that one client may make at once"
    )
    backup_every_h: float = Field(
        default=24.0,
        ge=0,
        le=8760,
        description="Hours between two backups, when something has changed; 0 for none",
    )
    backups_kept: int = Field(
        default=14, ge=1, le=10_000, description="How many backups are kept; older ones go"
    )
    announce: bool = Field(
        default=True, description="Tell the local network that `lvs.local` is here"
    )
    dlna: bool = Field(
        default=True,
        description="Be a DLNA media server for players and televisions in the network",
    )
    dlna_port: int = Field(
        default=0, ge=0, le=65535, description="The port of the media server; 0 for any"
    )
    deovr_headsets: Annotated[tuple[str, ...], NoDecode, _split(",")] = Field(
        default=(),
        description="Addresses of headsets whose DeoVR has its remote control on: views and "
        "positions are followed; comma-separated",
    )
    headset_login: Annotated[SecretStr, AfterValidator(_login)] = Field(
        default=SecretStr(""),
        description="`name:password` that headset players have to send for their catalogue; the "
        "pages are open to the network all the same",
    )
    headset_delete: bool = Field(
        default=False, description="Whether HereSphere may delete the file of a video for ever"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="One readable line per event, or one JSON object"
    )
    access_log: bool = Field(default=False, description="Log every request")
    events_kept: int = Field(
        default=10_000,
        ge=100,
        le=1_000_000,
        description="How many events a page that was away can catch up on; past that it reloads "
        "its list",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        json_settings = JsonConfigSettingsSource(settings_cls)
        return init_settings, env_settings, dotenv_settings, json_settings

    @model_validator(mode="after")
    def _folders_are_apart(self) -> ServerConfig:
        for folder in self.video_directory:
            if self.data_directory == folder or folder in self.data_directory.parents:
                raise ValueError(
                    f"LVS_DATA_DIRECTORY {self.data_directory} lies inside the video folder "
                    f"{folder}; put it elsewhere, so that its files are not taken for videos"
                )
        for folder, other in itertools.permutations(self.video_directory, 2):
            if folder == other or other in folder.parents:
                raise ValueError(
                    f"LVS_VIDEO_DIRECTORY names {folder} and {other}, one inside the other; "
                    "name the outer folder only"
                )
        return self

    @model_validator(mode="after")
    def _certificate_has_its_key(self) -> ServerConfig:
        if (self.https_certificate is None) != (self.https_key is None):
            raise ValueError("LVS_HTTPS_CERTIFICATE and LVS_HTTPS_KEY go together; set both")
        return self

    @property
    def is_for_the_network(self) -> bool:
        """A server that only this machine reaches has nothing to tell others."""
        return self.host not in ("localhost", "127.0.0.1", "::1")

    @property
    def worker_count(self) -> int:
        return self.workers or min(os.cpu_count() or 1, 8)


def load_config(**overrides: Any) -> ServerConfig:
    """Return the settings of this process.

    Raises StartError with one line that names the setting, the value and what is allowed.
    """
    try:
        return ServerConfig(**overrides)
    except ValidationError as error:
        raise StartError(_one_line(error)) from None
    except SettingsError as error:
        raise StartError(f"The settings cannot be read: {error}") from None
    except ValueError as error:  # config.json that is not JSON
        raise StartError(f"config.json cannot be read: {error}") from None


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    if not first["loc"]:
        return str(first["msg"]).removeprefix("Value error, ")
    key = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        known = ", ".join(sorted(ServerConfig.model_fields))
        return f"Unknown setting {key!r} in config.json or .env. Known settings: {known}."
    field = key.lower().removeprefix(PREFIX.lower())
    known_field = ServerConfig.model_fields.get(field)
    is_secret = known_field is not None and known_field.annotation is SecretStr
    value = "not allowed" if is_secret else repr(first["input"])
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{PREFIX}{field.upper()} is {value}: {message[0].lower()}{message[1:]}."
