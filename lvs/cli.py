"""The command line: serve, scan, doctor, demo."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from rich.console import Console
from rich.table import Table

from lvs import __version__
from lvs.config import PREFIX, ServerConfig, load_config
from lvs.errors import LvsError

if TYPE_CHECKING:
    from lvs.services import Services

console = Console(stderr=True, highlight=False)

# The heavy parts are imported by the command that needs them: `--help` answers at once.
# ruff: noqa: PLC0415


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="Local Video Server")
def main() -> None:
    """Local Video Server: a personal video library, live on every open page."""


@main.command()
def serve() -> None:
    """Serve the library until stopped."""
    _serve(_config())


@main.command()
def demo() -> None:
    """Serve a small library of sample clips, made on the first run in ./demo."""
    from lvs.demo import make_library

    home = Path("demo")
    made = make_library(home / "videos", _show_progress)
    if made:
        console.print(f"Made {made} sample clips in {home / 'videos'}")
    _serve(_config(video_directory=(home / "videos",), data_directory=home / "data"))


@main.command()
def scan() -> None:
    """Look through the folders once and make all pictures, without serving."""
    from lvs.commands import scan_once
    from lvs.logs import configure_logging

    config = _config()
    configure_logging(config)
    try:
        count = asyncio.run(scan_once(config, console))
    except LvsError as error:
        _fail(error)
    console.print(f"The library has {count} videos.")


@main.command()
def doctor() -> None:
    """Check rights, disk space, file notices, codecs and port, and say what to do."""
    from lvs.doctor import examine

    config = _config()
    table = Table(box=None, pad_edge=False)
    for heading in ("", "What", "Found", "What to do"):
        table.add_column(heading)
    findings = examine(config)
    for finding in findings:
        mark = "[green]ok[/]" if finding.good else "[red]!![/]"
        table.add_row(mark, finding.what, finding.found, finding.advice)
    Console().print(table)
    sys.exit(0 if all(finding.good for finding in findings) else 1)


def _serve(config: ServerConfig) -> None:
    from lvs import server
    from lvs.commands import accompany

    async def on_start(house: Services, addresses: list[str]) -> None:
        _banner(config, addresses)
        await accompany(house, console)

    try:
        server.run(config, on_start)
    except LvsError as error:
        _fail(error)


def _config(**overrides: object) -> ServerConfig:
    try:
        return load_config(**overrides)
    except LvsError as error:
        _fail(error)


def _fail(error: LvsError) -> NoReturn:
    console.print(f"[red]{error.detail}[/]", soft_wrap=True, markup=True)
    sys.exit(1)


def _banner(config: ServerConfig, addresses: list[str]) -> None:
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"[bold]Local Video Server[/] {__version__}")
    for address in addresses:
        out.print(f"  open     {address}")
    for folder in config.video_directory:
        out.print(f"  videos   {folder}")
    out.print(f"  data     {config.data_directory}")
    changed = {
        name: getattr(config, name)
        for name in sorted(config.model_fields_set - {"video_directory", "data_directory"})
    }
    for name, value in changed.items():
        out.print(f"  {PREFIX}{name.upper()} = {value}")
    out.print("  Ctrl+C stops it")


def _show_progress(done: int, total: int) -> None:
    console.print(f"Making sample clips: {done} of {total}", end="\r")
