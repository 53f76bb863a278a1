"""`aco project`: the year's settlement as it stands in each quarter."""

from typing import Annotated

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command


@command
def project(
    files: o.NeededFilesArgument,
    table: o.TableOutput,
    session: o.StrictSession,
    roster: Annotated[o.Many, o.many("FILE", "Roster with what reports lack: msr_election, quality_score, ...")] = None,
    change: Annotated[o.Many, o.many("COLUMN=VALUE", "A roster column that reports lack", "--set")] = None,
    draws: Annotated[int, o.option("N", "Number of draws per row.", min=1)] = 10_000,
    seed: Annotated[int, o.option("N", "Seed of the random numbers.")] = 1,
    rules: o.RulesOption = None,
) -> None:
    """Project the year's settlement from CMS's in-year reports.

    FILE are the benchmark report (BNMRK), the annual report of benchmark year 3 (AEXPU) and quarterly reports (QEXPU),
    of one ACO or several: one row per quarter and delivery of the benchmark report, with the probability to earn and to
    owe and the 5th to 95th percentiles. What cannot be projected says what is missing.

    \b
    aco project P.A9902.*.xlsx --set msr_election=0.01 --set quality_score=0.85 --set quality_standard_met=true
    aco project reports/ --roster roster.csv -o projection.csv
    """
    found = aco.project(files, roster=roster, change=change or (), draws=draws, seed=seed, run=session, rules=rules)
    session.write(found.table, "project", table)
