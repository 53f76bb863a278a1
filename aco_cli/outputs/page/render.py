"""The page: settled ACOs as text, laid out, as bytes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from aco_cli.engine.lines.step import Step
from aco_cli.engine.waterfall import LOSSES, SAVINGS, Waterfall
from aco_cli.outputs import cells
from aco_cli.outputs.charts.draw import NOTHING, caption, draw, svg
from aco_cli.outputs.charts.look import TITLES
from aco_cli.outputs.colors import COLORS
from aco_cli.outputs.columns import OutputColumn, Unit, column_names, output_columns
from aco_cli.outputs.formats import Figure
from aco_cli.outputs.phrases import OUTCOME_WORDS, millions
from aco_cli.outputs.rounding import half_up_cents

Law = Mapping[str, str]
_ALSO = ("savings_rate", "settlement", "advance_recouped", "net_payment")
_UNITS = {"USD": Unit.USD, "fraction": Unit.FRACTION, "condition": Unit.BOOLEAN}
_GROUP = ("performance_year", "by", "value")
_JSON: dict[str, Any] = {"ensure_ascii": False, "allow_nan": False, "separators": (",", ":")}


@dataclass(frozen=True)
class Settlements:
    """Settled ACOs: a row each in `settled` and `steps`, a group each in `summary`, in whose columns they are shown.

    `settled` has the settlement columns, `start_year`, `quality_share` and the lettered lines; `steps` are those of
    `engine.waterfall`; `summary` is that of `engine.summary`; `laws` has the citations of the lines that
    count in each program, track and year; `lines` are those shown of one ACO, by program, `answers` each ACO's
    settlement in words. Amounts are US dollars, unrounded.
    """

    settled: pd.DataFrame
    steps: Waterfall
    summary: pd.DataFrame
    table_columns: Sequence[OutputColumn]
    summary_columns: Sequence[OutputColumn]
    laws: Mapping[tuple[str, str, int], Law]
    lines: Mapping[str, Sequence[Step]]
    answers: Sequence[str]


def shown_of_one(steps: Sequence[Step]) -> list[Step]:
    """What is shown of one ACO: the steps with a letter in CMS's report, and what sums them up."""
    return [step for step in steps if step.letter or step.key in _ALSO]


def keys(settled: pd.DataFrame) -> list[str]:
    """The name by which a link leads to an ACO; one that is shown twice in a year has a number behind it."""
    names = settled["aco_id"].astype("str") + "-" + settled["performance_year"].astype("str")
    place = names.groupby(names).cumcount()
    return [f"aco-{quote(name, safe='')}{f'-{n + 1}' if n else ''}" for name, n in zip(names, place, strict=True)]


def grid(frame: pd.DataFrame, columns: Sequence[OutputColumn]) -> dict[str, Any]:
    """Columns of a frame, and its rows as people read them, dollars whole."""
    shown = [column for column in columns if column.name in frame]
    texts = [_texts(frame[column.name], column, dollar_decimals=0) for column in shown]
    return {"columns": shown, "rows": list(zip(*texts, strict=True))}


def headline(content: Settlements) -> list[tuple[str, list[tuple[str, str]]]]:
    """The headline figures: each with its label, and its value in every year, long amounts shortened."""
    whole = content.summary[content.summary["by"] == "all"]
    columns = [column for column in content.summary_columns if column.name not in _GROUP]
    return [(column.label, list(_shortened(whole[column.name], column))) for column in columns]


def _shortened(series: "pd.Series[Any]", column: OutputColumn) -> Iterator[tuple[str, str]]:
    """Every value as it is shown, and in full."""
    for value, text in zip(series, _texts(series, column, dollar_decimals=0), strict=True):
        yield millions(float(value)) if column.unit is Unit.USD and text else text, text


def steps_table(content: Settlements) -> dict[str, Any]:
    """The steps from generated savings to payments and from losses to repayments, a row each."""
    found = [total for part in (SAVINGS, LOSSES) for total in content.steps.totals(part)]
    frame = pd.DataFrame([asdict(total) for total in found], columns=column_names("report steps"))
    return grid(frame, output_columns("report steps"))


def each_aco(content: Settlements) -> dict[str, Any]:
    """What is known of every ACO, for the part of the page that shows one of them at a time."""
    settled = content.settled
    every = {line.key: line for lines in content.lines.values() for line in lines if line.key in settled}
    own = {program: {line.key: line for line in lines} for program, lines in content.lines.items()}
    lines = list(every.values())
    units = [OutputColumn(line.name, _UNITS.get(line.unit, Unit.INTEGER), line.label, 0) for line in lines]
    values = [_texts(settled[column.name], column, dollar_decimals=2) for column in units]
    situations = list(zip(settled["program"], settled["track"], settled["performance_year"], strict=True))
    laws = list(dict.fromkeys(situations))
    known = {
        "key": keys(settled),
        "id": settled["aco_id"],
        "name": settled["aco_name"],
        "year": settled["performance_year"].astype("str"),
        "outcome": settled["outcome"].astype("object").map(OUTCOME_WORDS),
        "answer": content.answers,
        "notes": settled["notes"],
        "law": [laws.index(situation) for situation in situations],
        "values": zip(*values, strict=True),
        "steps": _cents(content.steps.amounts),
        "settlement": _cents(settled[["settlement"]]),
    }
    return {
        "steps": [{"label": step.label, "words": step.words, "part": step.part} for step in content.steps.steps],
        "laws": [
            {"about": f"{law[0]}, {law[1]}", "lines": [_line(own[law[0]].get(key), content.laws[law]) for key in every]}
            for law in laws
        ],
        "acos": [dict(zip(known, record, strict=True)) for record in zip(*known.values(), strict=True)],
    }


def _line(line: Step | None, law: Law) -> dict[str, str] | None:
    """What a figure is called and where it comes from; None for one that is no part of the law."""
    found = line and (law.get(line.key) if line.is_line else "roster")
    if not line or not found:
        return None
    citation = f"{found}: {' '.join(line.formula.split())}" if line.is_outside else found
    return {"letter": line.letter, "label": line.label, "citation": citation}


def _texts(series: "pd.Series[Any]", column: OutputColumn, *, dollar_decimals: int) -> list[str]:
    if column.name == "outcome":
        return list(series.astype("object").map(OUTCOME_WORDS))
    shown = cells.for_people(series, column, exact=False, dollar_decimals=dollar_decimals).to_pylist()
    dollar = "$" if column.unit is Unit.USD else ""
    return [(f"-{dollar}{text[1:]}" if text.startswith("-") else f"{dollar}{text}") if text else "" for text in shown]


def _cents(amounts: pd.DataFrame) -> list[list[float | None]]:
    """Amounts rounded to cents, row by row; None where there is none."""
    rounded = half_up_cents(amounts.to_numpy(dtype=np.float64))
    return [[None if np.isnan(amount) else amount for amount in row] for row in rounded.tolist()]


def render_page(content: Settlements, made_of: str, what_if: str = "") -> bytes:
    """The page in UTF-8; `made_of` says by what program, from what files and under which rules."""
    page = (
        environment()
        .get_template("page.html.j2")
        .render(
            years=sorted(content.settled["performance_year"].unique().tolist()),
            style=style(),
            script=part("page.js"),
            made_of=made_of,
            what_if=what_if,
            headline=headline(content),
            figures=list(_figures(content)),
            table=grid(content.settled, content.table_columns),
            keys=keys(content.settled),
            each_aco=each_aco(content),
        )
    )
    return page.encode()


def environment() -> Environment:
    """What the templates of pages are read and filled with."""
    env = Environment(
        loader=PackageLoader("aco_cli.outputs", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.policies["json.dumps_kwargs"] = _JSON
    env.tests["text"] = lambda column: column.unit is Unit.TEXT
    return env


def style() -> Markup:
    """How all pages look."""
    return part("page.css")


def part(name: str) -> Markup:
    """A file of this package that goes into pages as it is."""
    return Markup(files(__package__).joinpath(name).read_text("utf-8"))  # noqa: S704 (a file of this package)


def themed(drawn: str) -> Markup:
    """A chart whose colors are those of the page."""
    for name, color in COLORS.items():
        drawn = drawn.replace(f'"{color}"', f'"var(--{name})"')
    return Markup(drawn)  # noqa: S704 (text in it is escaped where it is drawn)


def _figures(content: Settlements) -> Iterator[dict[str, Any]]:
    """Each chart with its name, its words, and the table of what it sums up, if it does.

    Where there is nothing to draw a title and a sentence stand instead.
    """
    groups = content.summary[content.summary["by"] != "all"]  # by program, track, start year and size
    linked = content.settled.assign(href=["#" + key for key in keys(content.settled)])
    tables = {Figure.WATERFALL: steps_table(content), Figure.DISTRIBUTION: grid(groups, content.summary_columns)}
    for figure in Figure:
        chart, bare = draw([figure], linked, content.steps)
        if bare:
            yield {"name": figure.value, "title": TITLES[figure], "caption": NOTHING[figure]}
            continue
        yield {
            "name": figure.value,
            "svg": themed(svg(chart, TITLES[figure])),
            "caption": caption(figure, content.settled, content.steps),
            "table": tables.get(figure),
        }
