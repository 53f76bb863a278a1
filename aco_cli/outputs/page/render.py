"""The page as bytes."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from aco_cli.outputs.charts.draw import NOTHING, TITLES, caption, draw, svg
from aco_cli.outputs.charts.look import COLORS
from aco_cli.outputs.columns import Unit
from aco_cli.outputs.formats import Figure
from aco_cli.outputs.page.content import Settlements, each_aco, grid, groups, headline, keys, steps_table

_JSON: dict[str, Any] = {"ensure_ascii": False, "allow_nan": False, "separators": (",", ":")}


def render_page(content: Settlements, made_of: str) -> bytes:
    """The page in UTF-8; `made_of` says by what program, from what files and under which rules."""
    env = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.policies["json.dumps_kwargs"] = _JSON
    env.tests["text"] = lambda column: column.unit is Unit.TEXT
    page = env.from_string(_part("page.html.j2")).render(
        years=sorted(content.settled["performance_year"].unique().tolist()),
        style=_part("page.css"),
        script=_part("page.js"),
        made_of=made_of,
        headline=headline(content),
        figures=list(_figures(content)),
        table=grid(content.settled, content.table_columns),
        keys=keys(content.settled),
        each_aco=each_aco(content),
    )
    return page.encode()


def _part(name: str) -> Markup:
    return Markup(files(__package__).joinpath(name).read_text("utf-8"))  # noqa: S704 (a file of this package)


def _figures(content: Settlements) -> Iterator[dict[str, Any]]:
    """Each chart with its name, its words, and the table of what it sums up, if it does.

    Where there is nothing to draw a title and a sentence stand instead.
    """
    linked = content.settled.assign(href=["#" + key for key in keys(content.settled)])
    tables = {Figure.WATERFALL: steps_table(content), Figure.DISTRIBUTION: groups(content)}
    for figure in Figure:
        chart, bare = draw([figure], linked, content.steps)
        if bare:
            yield {"name": figure.value, "title": TITLES[figure], "caption": NOTHING[figure]}
            continue
        drawn = svg(chart, TITLES[figure])
        for name, color in COLORS.items():
            drawn = drawn.replace(f'"{color}"', f'"var(--{name})"')
        yield {
            "name": figure.value,
            "svg": Markup(drawn),  # noqa: S704 (text in it is escaped where it is drawn)
            "caption": caption(figure, content.settled, content.steps),
            "table": tables.get(figure),
        }
