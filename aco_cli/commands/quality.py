"""`aco quality`: quality scores from measure rates."""

from __future__ import annotations

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import Call, command


@command
def quality(
    years: o.YearsArgument,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE",
            help="Tables with a column per measure (ACO-1, CAHPS_1, ...), or CMS's files of them; - is standard input.",
        ),
    ],
    table: o.Table,
    messages: o.Strict,
    call: Call,
    roster: Annotated[
        list[str] | None,
        typer.Option("--roster", metavar="FILE", help="Ids by equal totals, and agreement starts, that FILE lacks."),
    ] = None,
    improvement: Annotated[
        list[str] | None,
        typer.Option("--improvement", metavar="DOMAIN=POINTS", help="Improvement reward of a domain; repeatable."),
    ] = None,
    rules: o.RulesOption = None,
    aco: o.AcoOption = None,
) -> None:
    """Quality scores from measure rates.

    By domain and overall for 2012-2018, overall from 2021 (APP); rates of the year before give improvement there.

    \b
    aco quality 2014 rates.csv
    aco quality 2014 mssp_results_2014.csv --roster puf_2014.csv -o scores.csv
    aco quality 2018 puf_2018.csv --improvement preventive_health=0.92
    aco quality 2023 puf_2022.csv puf_2023.csv
    """
    from aco_cli.commands.quality_columns import QUALITY_COLUMNS
    from aco_cli.commands.rates import ASSUMED, read_rates, scored, warn_of_columns, warn_of_rewards, with_improvement
    from aco_cli.commands.session import Request, Session, only, rule_book

    session, book = Session(messages, call), rule_book(rules)
    known = session.read(Request(years, roster, o.Rows())) if roster else None
    rates = with_improvement(read_rates(session, files, years, known), improvement or ())
    scores = scored(rates, years, book)
    warn_of_rewards(session, improvement or (), scores["performance_year"].unique().tolist(), book)
    scores = only(scores, "aco_id", [word for item in aco or () for word in item.split(",")])
    scores = scores.sort_values(["performance_year", "aco_id"], kind="stable", ignore_index=True)
    columns = [column for column in QUALITY_COLUMNS if column.name in scores]
    session.write(scores, columns, table)
    if unscored := int(scores["quality_score"].isna().sum()):
        session.warn(f"{unscored:,} of {len(scores):,} rows have no score; column notes says why")
    warn_of_columns(session, scores)
    if assumed := int(scores["notes"].str.contains(ASSUMED, regex=False).sum()):
        session.warn(f"{assumed:,} scores rest on assumed cuts; column notes says which")
    session.finish()
