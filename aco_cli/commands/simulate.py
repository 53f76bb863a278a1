"""`aco simulate`: settlements under chance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import Call, command
from aco_cli.outputs.formats import Format

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.commands.session import Session

IMAGES = (".svg", ".png")
ABOUT = "Settlements under chance: for each ACO the 5th to 95th percentile, the middle half and the expected settlement"


@command
def simulate(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.Rows,
    table: o.Table,
    messages: o.Strict,
    call: Call,
    draws: Annotated[int, typer.Option("--draws", min=1, metavar="N", help="How often each ACO is drawn.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Another seed gives other draws.")] = 1,
    sd: Annotated[
        float | None,
        typer.Option(
            "--sd",
            min=0,
            max=1,
            metavar="FRACTION",
            callback=o.no_nan,
            help="Standard deviation of every savings rate.",
        ),
    ] = None,
    quality: o.QualityOption = None,
    reference: o.ReferenceOption = None,
) -> None:
    """Settlements under chance.

    Each ACO's savings rate is drawn around its value, by default with a standard deviation that falls with the number
    of beneficiaries as the scale of the minimum savings rate does: how likely it is to earn or to owe, what to expect,
    and the 5th to 95th percentiles. -o chart.svg or chart.png draws them.

    \b
    aco simulate 2014 roster.csv
    aco simulate 2014 roster.csv --aco A67373 --draws 100000 --seed 7
    aco simulate 2014 roster.csv --sd 0.02 -o chart.svg
    """
    from aco_cli.api import calls as api
    from aco_cli.api.selection import names
    from aco_cli.commands.session import Session, selection
    from aco_cli.outputs.columns import column_names, output_columns, roster_column

    session = Session(messages, call)
    found = api.simulate(
        files, years, draws=draws, seed=seed, sd=sd, run=session, **selection(rows, quality, reference)
    )
    if table.format is Format.AUTO and table.output and Path(table.output).suffix.lower() in IMAGES:
        _write_chart(session, found.table, table.output)
    else:
        known = column_names("simulate")
        others = [name for name in names(table.columns) if name in found.table and name not in known]
        session.write(found.table, output_columns("simulate"), table, [roster_column(name) for name in others])
    session.finish()


def _write_chart(session: Session, result: pd.DataFrame, output: str) -> None:
    from aco_cli.commands.manifest import facts
    from aco_cli.errors import UsageError
    from aco_cli.outputs.write import write_output

    try:
        from aco_cli.outputs.charts.draw import png, svg
        from aco_cli.outputs.charts.fan import fan
    except ImportError as error:
        raise UsageError(f"a chart needs {error.name}: pip install 'aco-cli[report]'") from None
    chart = fan(result)
    data = png(chart) if output.lower().endswith(".png") else svg(chart, ABOUT).encode()
    write_output(data, output)
    if session.keeps_manifest:
        session.output = facts(output, data, len(result))
