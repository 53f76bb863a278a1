"""`aco quality`: quality scores from measure rates."""

from typing import Annotated

import typer

import aco_cli as library
from aco_cli.commands import options as o
from aco_cli.commands.call import command

_FILES = "Tables with a column per measure (ACO-1, CAHPS_1, ...), or CMS's files of them; - is standard input."
_ROSTER = "Roster that supplies missing ACO IDs (matched on totals) and agreement start dates"


@command
def quality(
    years: o.YearsArgument,
    files: Annotated[list[str], typer.Argument(metavar="FILE", help=_FILES)],
    table: o.TableOutput,
    session: o.StrictSession,
    roster: Annotated[o.Many, o.many("FILE", _ROSTER)] = None,
    improvement: Annotated[o.Many, o.many("DOMAIN=POINTS", "Improvement reward of a domain")] = None,
    rules: o.RulesOption = None,
    aco: o.AcoOption = None,
) -> None:
    """Compute quality scores from measure rates.

    By domain and overall for 2012-2018, overall from 2021 (APP); rates of the year before give improvement there. With
    the quality standard and what it rests on.

    \b
    aco quality 2014 rates.csv
    aco quality 2014 mssp_results_2014.csv --roster puf_2014.csv -o scores.csv
    aco quality 2018 puf_2018.csv --improvement preventive_health=0.92
    aco quality 2024 puf_2023.csv puf_2024.csv
    """
    found = library.quality(
        files, years, roster=roster, improvement=improvement or (), run=session, rules=rules, aco=aco
    )
    session.write(found.table, "quality", table)
