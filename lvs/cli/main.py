"""The command line."""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from rich.console import Console
from rich.text import Text

from lvs import __version__
from lvs.config import PREFIX, ServerConfig, load_config
from lvs.errors import LvsError

if TYPE_CHECKING:
    from lvs.services import Services

# Names and paths are shown unchanged: `[/x]` is no markup, `:x:` no emoji.
console = Console(stderr=True, highlight=False, markup=False, emoji=False)

# Commands import the heavy modules when they need them: `--help` answers quickly.
# ruff: noqa: PLC0415


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="Local Video Server")
def main() -> None:
    """Local Video Server: a personal video library, live on every open page."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a folder's name may not be valid text


@main.command()
def serve() -> None:
    """Serve the library until stopped."""
    _serve(_config())


@main.command()
def demo() -> None:
    """Serve a small library of videos, drawn in ./demo on the first run."""
    from lvs.demo import make_library

    home = Path("demo")
    is_new = not (home / "data").exists()
    with _failures():
        made = make_library(home / "videos", _show_progress)
    if made:
        console.print(f"Made {made} videos in {home / 'videos'}.")
    config = _config(video_directory=(home / "videos",), data_directory=home / "data")
    if is_new:
        from lvs.demo.user_data import seed

        _serve(config, seed)
    else:
        _serve(config)


@main.command()
def scan() -> None:
    """Scan the folders once and render all thumbnails, without serving."""
    from lvs.cli.scan import scan_once
    from lvs.logs import configure_logging

    config = _config()
    configure_logging(config)
    with _failures():
        count = asyncio.run(scan_once(config, console))
    console.print(f"The library has {count} videos.")


@main.command()
def doctor() -> None:
    """Check permissions, disk space, file notifications, codecs and ports."""
    from lvs.cli.doctor import examine

    config = _config()
    out = _output()
    findings = examine(config)
    for finding in findings:
        mark = Text("ok  ", "green") if finding.good else Text("!!  ", "red")
        out.print(mark + f"{finding.what}: {finding.found}", soft_wrap=True)
        if finding.advice:
            out.print(f"      {finding.advice}", soft_wrap=True)
    sys.exit(0 if all(finding.good for finding in findings) else 1)


@main.command()
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder to write to instead; no older backup is deleted there",
)
def backup(to: Path | None) -> None:
    """Back up user data, also while the server runs."""
    from lvs.backups.create import make

    config = _config()
    folder = to or config.data_directory / "backups"
    kept = config.backup_retention if to is None else sys.maxsize
    with _failures():
        made = make(config.database, folder, kept)
    console.print(f"Backed up {made.manifest.videos} videos to {made.path}, verified by a restore.")


@main.command()
@click.argument("name", required=False)
def restore(name: str | None) -> None:
    """Restore a backup by its name or folder; without one, list the backups."""
    from lvs.cli.backups import list_backups, restore_named

    config = _config()
    with _failures():
        if name is None:
            _output().print(list_backups(config))
        else:
            restore_named(config, name, console)


@main.command("migrate-database")
@click.option(
    "--to",
    "target",
    required=True,
    help="The address of an empty PostgreSQL database, or the path of a new SQLite file",
)
def migrate_database(target: str) -> None:
    """Copy the library to another database, PostgreSQL or SQLite, and verify the copy."""
    from lvs.cli.transfer import migrate

    with _failures():
        migrate(_config(), target, console)


@main.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def import_(path: Path) -> None:
    """Import ratings, views, tags and favorites from the previous server: its four JSON files, its
    video_metadata.db, or the folder that contains them."""
    from lvs.cli.backups import import_user_data

    with _failures():
        asyncio.run(import_user_data(_config(), path, console))


@main.command()
@click.option(
    *("--missing-days", "--missing-for", "days"),  # --missing-for: until the next release
    default=90,
    show_default=True,
    help="How long the files must have been missing",
    type=click.IntRange(1),
)
@click.option("--yes", is_flag=True, help="Delete the entries, after a backup")
def cleanup(days: int, yes: bool) -> None:
    """List videos that have been missing for long; with --yes delete their entries."""
    from lvs.cli.backups import clean_up

    with _failures():
        asyncio.run(clean_up(_config(), days, yes, console))


@main.command("load-test")
@click.argument("url", default="http://127.0.0.1:8080")
@click.option("--clients", default=8, show_default=True, type=click.IntRange(1, 64))
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0.1, 600))
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Save the result as JSON"
)
@click.option(
    *("--allow-remote", "--anywhere", "remote"),  # --anywhere: until the next release
    is_flag=True,
    help="Allow a server on another machine",
)
def load_test(url: str, clients: int, seconds: float, report: Path | None, remote: bool) -> None:
    """Send requests to a running server as fast as it answers, and show its response times."""
    from lvs.cli.load_test import load_test as run
    from lvs.cli.load_test import profile_of, save

    with _failures():
        profile = profile_of(url, clients, seconds, allow_remote=remote)
        found = asyncio.run(run(profile, console))
    console.print(f"{found['requests']} responses, {found['errors']} errors.")
    if report is not None:
        save(found, report)
        console.print(f"Report saved to {report}.")


@contextlib.contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except LvsError as error:
        _fail(error)


def _serve(
    config: ServerConfig, beside: Callable[[Services], Awaitable[None]] | None = None
) -> None:
    from lvs.cli.scan import show_progress
    from lvs.server import hypercorn

    async def on_start(services: Services, addresses: list[str]) -> None:
        _banner(config, addresses)
        if beside is not None:
            await beside(services)
        await show_progress(services, console)

    with _failures():
        hypercorn.run(config, on_start)


def _config(**overrides: object) -> ServerConfig:
    try:
        return load_config(**overrides)
    except LvsError as error:
        _fail(error)


def _fail(error: LvsError) -> NoReturn:
    console.print(error.detail, style="red", soft_wrap=True)
    sys.exit(1)


def _output() -> Console:
    return Console(highlight=False, markup=False, emoji=False)


def _banner(config: ServerConfig, addresses: list[str]) -> None:
    out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    out.print(f"Local Video Server {__version__}", style="bold")
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
    out.print("  Press Ctrl+C to stop")


def _show_progress(done: int, total: int) -> None:
    console.print(f"Drawing the demo videos: {done} of {total}", end="\r")
