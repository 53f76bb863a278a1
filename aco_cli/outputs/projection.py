"""The projection of a running year as a chart or a page, with what it says in sentences."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from aco_cli.engine.outcome import Outcome
from aco_cli.errors import OutputError
from aco_cli.outputs.charts.draw import image, svg
from aco_cli.outputs.charts.quarters import quarters
from aco_cli.outputs.columns import output_columns
from aco_cli.outputs.page.render import environment, grid, style, themed
from aco_cli.outputs.phrases import OUTCOME_WORDS, millions

_SHOWN = (
    *("aco_id", "performance_year", "quarter", "benchmark_delivery", "updated_benchmark", "expenditure_per_capita"),
    *("savings_rate", "msr", "outcome", "settlement", "settlement_p05", "settlement_p95"),
    *("probability_earn", "probability_owe"),
)
_ABOUT = "Benchmark and spending by quarter"
_PLACED = "{aco_id}, {quarter} {performance_year}, delivery {benchmark_delivery}: {notes}"


def render_projection(table: pd.DataFrame, output: str, notes: Sequence[str], made_of: str) -> bytes:
    """The chart (.svg, .png) or page (.html) of a projection: of each ACO and year the latest delivery, or all.

    All where the latest cannot be projected, or where it is not known which that is. `table` has the columns of
    `project` and `mlr`; `notes` is what a reader must know. Raises OutputError where nothing can be drawn.
    """
    known = table[table["updated_benchmark"].notna()]
    is_latest = known["is_latest"].astype(bool)
    shown = known[is_latest | ~is_latest.groupby([known["aco_id"], known["performance_year"]]).transform("any")]
    if shown.empty:
        raise OutputError(f"nothing to draw: {table['notes'].iloc[0]}")
    said = sentences(shown)
    if not output.lower().endswith(".html"):
        return image(quarters(shown), output, _ABOUT, " ".join([*said, made_of]))
    page = environment().get_template("projection.html.j2")
    return page.render(
        years=sorted(table["performance_year"].unique().tolist()),
        style=style(),
        sentences=said,
        drawing=themed(svg(quarters(shown), _ABOUT)),
        table=grid(table, [each for each in output_columns("project") if each.name in _SHOWN]),
        notes=[*notes, *(_PLACED.format(**row) for _, row in table.iterrows() if row["notes"])],
        made_of=made_of,
    ).encode()


def sentences(shown: pd.DataFrame) -> list[str]:
    """What the last quarter of each ACO and year says."""
    last = shown.drop_duplicates(["aco_id", "performance_year"], keep="last")
    return [_sentence(row) for _, row in last.iterrows()]


def _sentence(row: "pd.Series[Any]") -> str:
    rate, settlement = float(row["savings_rate"]), row["settlement"]
    needed = "" if pd.isna(row["msr"]) else f" ({row['msr']:.1%} is needed to share savings)"
    delivery = "" if row["is_latest"] else f" by the benchmark report of {row['benchmark_delivery']}"
    told = f"As of {row['quarter']} {row['performance_year']}{delivery}, {row['aco_id']} spends {abs(rate):.1%} "
    told += f"{'less' if rate >= 0 else 'more'} than its benchmark{needed}"
    if pd.isna(settlement):
        return f"{told}; its settlement is not known."
    if settlement == 0:
        told += f" and would share nothing ({OUTCOME_WORDS[Outcome(row['outcome'])]})"
    else:
        told += f" and would {'earn' if settlement > 0 else 'owe'} {millions(abs(settlement))}"
    if pd.notna(row["probability_earn"]):
        told += (
            f"; 90% range {millions(row['settlement_p05'])} to {millions(row['settlement_p95'])}. Probability to earn "
        )
        told += f"{row['probability_earn']:.0%}, to owe {row['probability_owe']:.0%}"
    return f"{told}."
