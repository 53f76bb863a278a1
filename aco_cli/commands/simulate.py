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
DERIVED = "standard deviations are derived from the scale of the minimum savings rate, not published; --sd sets one"


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
    import pandas as pd

    from aco_cli.commands.roster import read_roster, with_benchmark_notes
    from aco_cli.commands.session import Request, Session, rule_book
    from aco_cli.commands.settlement_columns import roster_column
    from aco_cli.commands.simulate_columns import SIMULATE_COLUMNS, sentence
    from aco_cli.engine.simulate import simulate as draw

    session = Session(messages, call)
    book = rule_book(rows.rules)
    frame = read_roster(session, Request(years, files, rows), book, quality, reference)
    with session.busy("drawing", rows=len(frame) * draws) as progress:
        simulation = draw(frame, book, draws=draws, seed=seed, sd=sd, progress=progress)
    found = simulation.table.assign(notes=with_benchmark_notes(simulation.table["notes"], frame))
    session.settled(found["outcome"])
    result = pd.concat([frame.drop(columns=found.columns, errors="ignore"), found], axis=1)
    if table.format is Format.AUTO and table.output and Path(table.output).suffix.lower() in IMAGES:
        _write_chart(session, result, table.output)
    else:
        asked = [name for item in table.columns or () for name in item.split(",")]
        others = [roster_column(name) for name in asked if name in frame and name not in found]
        session.write(result, SIMULATE_COLUMNS, table, others)
    if sd is None:
        session.log.note(DERIVED)
    if unknown := int((found["probability_not_calculable"] > 0).sum()):
        session.warn(f"{unknown:,} of {len(found):,} ACOs have draws that are not calculable; column notes says why")
    else:
        session.log.note(sentence(simulation.sums))
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
