"""`aco simulate`: settlements under chance."""

from typing import Annotated

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.commands.changes import ChangeOptions
from aco_cli.commands.pictures import picture, save, source_of

ABOUT = "Settlements under chance: for each ACO the 5th to 95th percentile, the middle half and the expected settlement"
_SD = "Standard deviation of every savings rate."


@command
def simulate(
    years: o.YearsArgument,
    files: o.FilesArgument,
    rows: o.SettledRows,
    table: o.TableOutput,
    changes: ChangeOptions,
    session: o.StrictSession,
    draws: Annotated[int, o.option("N", "Number of draws per ACO.")] = 10_000,
    seed: o.SeedOption = 1,
    sd: Annotated[float | None, o.option("FRACTION", _SD, min=0, max=1, callback=o.no_nan)] = None,
) -> None:
    """Monte Carlo simulation of settlements.

    Each ACO's savings rate is drawn around its value, by default with a standard deviation that falls with the number
    of beneficiaries as the scale of the minimum savings rate does: how likely it is to earn or to owe, what to expect,
    and the 5th to 95th percentiles. -o chart.svg or chart.png draws them.

    \b
    aco simulate 2014 roster.csv
    aco simulate 2014 roster.csv --aco A67373 --draws 100000 --seed 7
    aco simulate 2014 roster.csv --sd 0.02 -o chart.svg
    """
    from aco_cli.api.selection import names

    chart = picture(session, table)
    chosen = {**rows.selection(), **vars(changes)}
    found = aco.simulate(files, years, draws=draws, seed=seed, sd=sd, run=session, **chosen)
    if not chart:
        session.write(found.table, "simulate", table, also=names(table.columns))
        return
    from aco_cli.outputs.charts.draw import image
    from aco_cli.outputs.charts.look import described, labeled
    from aco_cli.outputs.charts.spreads import fan

    data = image(labeled(fan(found.table), described(found.table, source_of(found.table))), chart, ABOUT)
    save(session, chart, data, len(found.table))
