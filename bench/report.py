"""How results are printed."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from bench.harness import Line


def print_table(lines: Sequence[Line]) -> None:
    table = Table(title=f"{platform.system()}, {os.cpu_count()} cores, {platform.python_version()}")
    for heading in ("what", "figure", "baseline", "ratio", "budget", ""):
        table.add_column(heading)
    for line in lines:
        table.add_row(
            line.what, line.figure, line.baseline, line.ratio, line.budget, _verdict(line)
        )
    Console(width=200).print(table)


def print_markdown(lines: Sequence[Line]) -> None:
    click.echo("| what | figure | baseline | ratio | budget | |\n|---|---|---|---|---|---|")
    for line in lines:
        cells = (line.what, line.figure, line.baseline, line.ratio, line.budget, _verdict(line))
        click.echo(f"| {' | '.join(cells)} |")


def _verdict(line: Line) -> str:
    return {True: "met", False: "MISSED", None: ""}[line.met]
