"""Writes docs/columns.md from the dictionary of columns (`make columns`)."""

from __future__ import annotations

from pathlib import Path

from aco_cli.commands.dictionary import INPUT, OUTPUT, dictionary
from aco_cli.inputs.claims.contracts import CONTRACTS
from aco_cli.inputs.layout import all_layouts
from aco_cli.outputs.columns import output_columns, output_tables
from aco_cli.outputs.text_formats import render_markdown

START = """# Columns

What every column means: first of what `aco` writes, then of what it reads. `aco columns NAME` prints the same for one
command or input table in any format; without NAME, of all. This page is made from that dictionary by `make columns`.

Money is in US dollars, rounded half up to cents (`--exact` for full precision); a `fraction` such as a rate of 0.02 is
shown as 2.00% on a terminal. Columns marked as summed have their sum in the last row of a table on a terminal.
"""
INPUTS = "## Input tables\n\nAn input column that is not required may be absent, and its cells may be blank.\n"
CMS = """### Files of CMS

Of CMS's public use files the same columns are read, under CMS's names, which change from year to year: `aco columns
cms_puf_2024` (from `cms_puf_2013` on) lists them. Names with `cms_results` are results of
other programs. `county`, `published_benchmarks`, `quality_puf_2021` and `quality_results_2014` are further such files.
"""
OPTIONS = {"population": "national"}
SHOWN = {OUTPUT: ("column", "unit", "summed", "help"), INPUT: ("column", "unit", "required", "allowed", "help")}


def document() -> str:
    """The document."""
    parts = [START, "## Outputs\n"]
    for name, about in output_tables().items():
        parts.append(f"### aco {name}\n\n{about}.\n\n{_table(name, OUTPUT)}")
    parts.append(INPUTS)
    own = {name: layout.label for name, layout in all_layouts().items() if not _is_of_cms(name)}
    claims = {name: f"for `aco expenditures --{OPTIONS.get(name, name)}`" for name in CONTRACTS}
    for name, label in {**own, **claims}.items():
        parts.append(f"### {name}\n\n{label[0].upper()}{label[1:]}.\n\n{_table(name, INPUT)}")
    return "\n".join([*parts, CMS])


def _is_of_cms(name: str) -> bool:
    others = ("county", "published_benchmarks", "quality_results_2014")
    return "puf" in name or name.startswith("cms_") or name in others


def _table(name: str, direction: str) -> str:
    found = dictionary(name)
    rows = found[(found["belongs_to"] == name) & (found["direction"] == direction)]
    described = {column.name: column for column in output_columns("columns")}
    return render_markdown(rows, [described[each] for each in SHOWN[direction]], exact=False).decode()


if __name__ == "__main__":
    Path(__file__).with_name("columns.md").write_text(document(), encoding="utf-8")
