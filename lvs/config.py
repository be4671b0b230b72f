"""Settings, declared once: name, type, default, help, validation.

They resolve from the environment (`LVS_` prefix), `.env`, `config.json`, then the default.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    JsonConfigSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from lvs.errors import StartError

PREFIX = "LVS_"
# Old names that are accepted until the next release: old name, new name.
RENAMED = {
    "announce": "mdns",
    "backup_every_h": "backup_interval_h",
    "backups_kept": "backup_retention",
    "events_kept": "event_retention",
}


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


def _postgres(value: SecretStr) -> SecretStr:
    address = value.get_secret_value()
    if address and not address.startswith(("postgresql://", "postgres://")):
        raise ValueError("it must be `postgresql://user:password@host/name`, or empty")
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
    database_url: Annotated[SecretStr, AfterValidator(_postgres)] = Field(
        default=SecretStr(""),
        description="The address of a PostgreSQL database (15 or newer) to use in place of the "
        "SQLite file in the data folder: `postgresql://user:password@host/name`",
    )
    host: str = Field(default="0.0.0.0", description="The address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="The port to listen on; 0 for any")
    https: bool = Field(
        default=True,
        description="Also serve over HTTPS, which browsers require for VR, with a certificate of "
        "the local certificate authority or your own",
    )
    https_port: int = Field(
        default=8443, ge=0, le=65535, description="The port for HTTPS; 0 for any"
    )
    https_certificate: FolderPath | None = Field(
        default=None, description="Your own certificate (PEM, with its chain)"
    )
    https_key: FolderPath | None = Field(
        default=None, description="The private key of your certificate"
    )
    watch: Literal["auto", "native", "polling", "off"] = Field(
        default="auto",
        description="How changes are detected: `auto` polls network mounts and uses the system's "
        "file notifications elsewhere",
    )
    poll_interval_s: float = Field(
        default=5.0, ge=0.1, le=3600, description="Seconds between polls"
    )
    workers: int = Field(
        default=0,
        ge=0,
        le=64,
        description="Worker processes that probe videos and make thumbnails; 0 for one per CPU "
        "core, at most eight",
    )
    media_timeout_s: float = Field(
        default=30.0,
        ge=1,
        le=600,
        description="Seconds a worker may spend on one file before the file counts as failed",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, _split(",")] = Field(
        default=(),
        description="Host names to accept besides IP addresses, `localhost`, `*.local` and this "
        "machine's name; comma-separated",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode, _split(",")] = Field(
        default=(),
        description="Origins that may call the JSON API besides `localhost`, private addresses "
        "and `*.local`; comma-separated",
    )
    writes_per_second: float = Field(
        default=50.0, gt=0, le=100_000, description="Rate limit: changes per second and client"
    )
    writes_burst: int = Field(
        default=200, ge=1, le=1_000_000, description="Rate limit: burst of changes per client"
    )
    backup_interval_h: float = Field(
        default=24.0,
        ge=0,
        le=8760,
        description="Hours between backups, if something has changed; 0 turns them off",
    )
    backup_retention: int = Field(
        default=14, ge=1, le=10_000, description="How many backups to keep; older ones are deleted"
    )
    mdns: bool = Field(
        default=True, description="Announce `lvs.local` on the local network by mDNS"
    )
    dlna: bool = Field(
        default=True,
        description="Run a DLNA media server for players and televisions on the network",
    )
    dlna_port: int = Field(
        default=0, ge=0, le=65535, description="The port of the DLNA server; 0 for any"
    )
    deovr_headsets: Annotated[tuple[str, ...], NoDecode, _split(",")] = Field(
        default=(),
        description="Addresses of headsets with DeoVR's remote control turned on, to record "
        "views and positions; comma-separated",
    )
    headset_login: Annotated[SecretStr, AfterValidator(_login)] = Field(
        default=SecretStr(""),
        description="`name:password` that headset players must send for their catalogue; pages "
        "need no password",
    )
    headset_delete: bool = Field(
        default=False, description="Allow HereSphere to delete video files permanently"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The lowest level to log"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Log readable lines, or one JSON object per line"
    )
    access_log: bool = Field(default=False, description="Log every request")
    event_retention: int = Field(
        default=10_000,
        ge=100,
        le=1_000_000,
        description="How many events to keep for pages that reconnect; a page that missed more "
        "reloads its list",
    )

    _renamed: tuple[str, ...] = PrivateAttr(default=())

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
        assert isinstance(env_settings, EnvSettingsSource)
        # `.env` and config.json hand over old names by themselves, as keys without a field.
        old_names = InitSettingsSource(settings_cls, _old_names(env_settings.env_vars))
        return init_settings, env_settings, old_names, dotenv_settings, json_settings

    @model_validator(mode="wrap")
    @classmethod
    def _accept_old_names(
        cls, values: Any, handler: ModelWrapValidatorHandler[ServerConfig]
    ) -> ServerConfig:
        """Copy the values of old names to the new ones. A new name wins, wherever it is set."""
        used = []
        for old, new in RENAMED.items():
            for key in (PREFIX.lower() + old, old):  # environment and `.env`, then config.json
                if key in values:
                    values.setdefault(new, values.pop(key))
                    used.append(old)
        config = handler(values)
        config._renamed = tuple(dict.fromkeys(used))
        return config

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
    def renamed_settings(self) -> list[str]:
        """One sentence for each setting that was set by its old name."""
        return [
            f"The setting {PREFIX}{old.upper()} is now {PREFIX}{RENAMED[old].upper()}; the old "
            "name is accepted until the next release."
            for old in self._renamed
        ]

    @property
    def database(self) -> Path | str:
        """The SQLite file, or the address of the PostgreSQL database."""
        return self.database_url.get_secret_value() or self.data_directory / "library.db"

    @property
    def is_for_the_network(self) -> bool:
        """A server that only this machine reaches is not announced."""
        return self.host not in ("localhost", "127.0.0.1", "::1")

    @property
    def worker_count(self) -> int:
        return self.workers or min(os.cpu_count() or 1, 8)


def _old_names(environment: Mapping[str, str | None]) -> dict[str, Any]:
    """What the environment sets by old names, with the keys that `.env` has for them."""
    keys = [PREFIX.lower() + old for old in RENAMED]
    return {key: environment[key] for key in keys if key in environment}


def load_config(**overrides: Any) -> ServerConfig:
    """Return the settings of this process.

    Raises StartError with one line that names the setting, the value and what is allowed.
    """
    try:
        return ServerConfig(**overrides)
    except ValidationError as error:
        raise StartError(_clean_name(error)) from None
    except SettingsError as error:
        raise StartError(f"The settings cannot be read: {error}") from None
    except ValueError as error:  # config.json is not JSON
        raise StartError(f"config.json cannot be read: {error}") from None


def _clean_name(error: ValidationError) -> str:
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
