"""`aco project`: the year's settlement as it stands in each quarter."""

import re
from dataclasses import replace
from typing import Annotated

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.commands.help import INPUT
from aco_cli.commands.pictures import picture, save
from aco_cli.errors import UsageError
from aco_cli.outputs.formats import PICTURES

_ACO = "Only this ACO, by ID"
_SET = "A roster column missing from the reports, or other than last year's"
_YEAR = re.compile(r"20\d\d")


@command
def project(
    files: o.NeededFilesArgument,
    table: o.SortedOutput,
    session: o.StrictSession,
    roster: Annotated[o.Many, o.many("FILE", "Roster with columns missing from the reports: msr_election, ...")] = None,
    change: Annotated[o.Many, o.many("COLUMN=VALUE", _SET, "--set", words="roster_columns")] = None,
    draws: Annotated[int, o.option("N", "Number of draws per row.")] = 10_000,
    seed: o.SeedOption = 1,
    backtest: Annotated[bool, o.flag("--backtest", "How the model of next year held on the years in FILE.")] = False,
    rules: o.RulesOption = None,
    chosen: Annotated[o.Many, o.many("ID", _ACO, "--aco", words="acos", rich_help_panel=INPUT)] = None,
) -> None:
    """Project this year's settlement, or next year's, with a range.

    FILE are the benchmark report (BNMRK), the annual report of benchmark year 3 (AEXPU) and quarterly reports (QEXPU),
    of one ACO or several: one row per quarter and delivery of the benchmark report, with the probability to earn and to
    owe and the 5th and 95th percentiles. What cannot be projected says what is missing. With a YEAR before them, FILE
    are public use files, and every ACO's next year is projected from its last; --set says what will be different.

    \b
    aco project P.A9902.*.xlsx --set msr_election=0.01 \\
        --set quality_score=0.85 --set quality_standard_met=true
    aco project reports/ --roster roster.csv -o projection.csv
    aco project reports/ --roster roster.csv -o chart.html
    aco project 2025 puf_2024.csv --aco A1001
    aco project 2025 puf_2024.csv --aco A1001 --set track=enhanced \\
        --set msr_election=0.01
    aco project --backtest puf_*.csv
    """
    year = int(files[0]) if _YEAR.fullmatch(files[0]) else None
    named = files if year is None else files[1:]
    chance = {"draws": draws, "seed": seed}
    kind = "project --backtest" if backtest else "project" if year is None else "project YEAR"
    if backtest:
        session.refuse(("draws", "seed"), "to --backtest, which draws nothing")
    chart = picture(session, table, PICTURES)
    if chart and kind != "project":
        raise UsageError(f"-o {chart}: charts are of in-year reports; found {kind}")
    found = aco.project(
        named, year, backtest=backtest, roster=roster, change=change or (), run=session, rules=rules, **chance
    )
    if chosen and backtest:
        raise UsageError("--aco does not apply to --backtest, which is of all ACOs")
    if chosen:
        from aco_cli.api.reading import only_acos

        found = replace(found, table=only_acos(found.table, chosen))
    if not chart:
        session.write(found.table, kind, table)
    else:
        from aco_cli.commands.report_files import make_projection

        save(session, chart, make_projection(found, chart, named), len(found.table))
    if kind == "project":
        lacking = found.table[found.table["outcome"] == "not-calculable"]
        for each in lacking[["aco_id", "benchmark_delivery", "notes"]].drop_duplicates().itertuples():
            session.note("not_calculable", f"{each.aco_id}, delivery {each.benchmark_delivery}: {each.notes}")
