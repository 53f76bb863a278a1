"""A Markdown table stays a table whatever the text holds."""

from __future__ import annotations

import pandas as pd

from aco_cli.outputs.columns import OutputColumn
from aco_cli.outputs.emit import render
from aco_cli.outputs.formats import Format


def test_table_to_the_byte(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    chosen = [columns[place] for place in (0, 2, 3, 4, 5, 7, 10)]
    assert render(frame, chosen, Format.MARKDOWN).decode() == (
        "| aco_id | performance_year | assigned_beneficiaries | benchmark_total | savings_rate | "
        "quality_standard_met | notes |\n"
        "| --- | ---: | ---: | ---: | ---: | --- | --- |\n"
        "| 00123 | 2014 | 5,333 | 14,455,937.70 | 3.85% | yes |  |\n"
        "| A2 | 2014 | 12,345 | 200,000,000.13 | 100.00% | no | line one<br>line two\ttabbed |\n"
        "| A3 | 2014 |  | 1.01 | -12.35% |  | pipe \\| slash \\\\ |\n"
        "| A4 | 2014 | 60,000 |  |  | yes |  |\n"
    )


def test_exact_shows_every_digit(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    text = render(frame, [columns[4], columns[5]], Format.MARKDOWN, exact=True).decode()
    assert "| 200,000,000.125 | 1 |" in text
    assert "-0.1234567890123" in text


def test_no_rows_is_a_header(frame: pd.DataFrame, columns: list[OutputColumn]) -> None:
    assert len(render(frame.head(0), columns, Format.MARKDOWN).splitlines()) == 2
