"""`python -m bench [names]`: measure, and print each budget with its ratio and verdict.

`python -m bench attack`, `compare` and `kill` are commands of their own modules.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bench import (
    attack,
    compare,
    dashboard,
    engines,
    film,
    followers,
    headset,
    kill,
    live,
    memory,
    migration,
    pages,
    scans,
    search,
    soak,
    streams,
    thumbnails,
    viewers,
    writes,
)
from bench.harness import Line, keep_libraries, workshop
from bench.report import print_markdown, print_table

BENCHMARKS = {
    "pages": pages.run,
    "thumbnails": thumbnails.run,
    "streams": streams.run,
    "live": live.run,
    "scans": scans.run,
    "search": search.run,
    "writes": writes.run,
    "viewers": viewers.run,
    "dashboard": dashboard.run,
    "soak": soak.run,
    "memory": memory.run,
    "headset": headset.run,
    "film": film.run,
    "engines": engines.run,
    "engines-scan": engines.run_scan,
    "followers": followers.run,
    "migration": migration.run,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(BENCHMARKS)))
@click.option("--markdown", is_flag=True, help="Print a table for docs/PERFORMANCE.md")
@click.option(
    "--libraries",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep generated libraries in this folder, and use those that are there",
)
def main(names: tuple[str, ...], markdown: bool, libraries: Path | None) -> None:
    """Measure the budgets, or those named. Everything stays on this machine."""
    if libraries is not None:
        keep_libraries(libraries)
    lines: list[Line] = []
    for name in names or BENCHMARKS:
        click.echo(f"measuring {name}", err=True)
        with workshop() as home:
            lines += BENCHMARKS[name](home)
    if markdown:
        print_markdown(lines)
    else:
        print_table(lines)


COMMANDS = {"attack": attack.main, "compare": compare.main, "kill": kill.main}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        COMMANDS[sys.argv[1]](sys.argv[2:], prog_name=f"python -m bench {sys.argv[1]}")
    else:
        main()
