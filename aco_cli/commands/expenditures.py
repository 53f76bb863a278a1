"""`aco expenditures`: per capita expenditures and risk scores from claims."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command
from aco_cli.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

    from aco_cli.commands.claims import Found
    from aco_cli.commands.session import Session


class Engine(StrEnum):
    """What `--engine` accepts."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def _files(name: str, words: str) -> Any:
    return typer.Option(name, metavar="FILE", help=f"{words}; CSV or Parquet, a folder or a pattern; repeatable.")


@command
def expenditures(
    years: o.YearsArgument,
    claims: Annotated[list[str], _files("--claims", "Claims and claim lines")],
    enrollment: Annotated[list[str], _files("--enrollment", "A row per beneficiary and month")],
    assignment: Annotated[list[str], _files("--assignment", "Assigned beneficiaries by ACO and period")],
    output: o.Output,
    messages: o.Strict,
    reference: Annotated[
        list[str] | None,
        typer.Option(
            "--reference", metavar="FILE", help="CMS's thresholds and mean risk scores by year and type; repeatable."
        ),
    ] = None,
    county_ffs: Annotated[
        list[str] | None,
        typer.Option("--county-ffs", metavar="FILE", help="CMS's county expenditures of a year; repeatable."),
    ] = None,
    national: Annotated[
        list[str] | None,
        _files("--national", "Assignable beneficiaries, for thresholds and mean scores that --reference lacks"),
    ] = None,
    rules: o.RulesOption = None,
    engine: Annotated[Engine, typer.Option("--engine", help="What adds up: here, or on a cluster.")] = Engine.DUCKDB,
    master: Annotated[
        str, typer.Option("--master", metavar="URL", help="Spark's cluster: local[2], spark://..., yarn.")
    ] = "local[*]",
    memory: Annotated[str, typer.Option("--memory", metavar="SIZE", help="Memory for the tables.")] = "4GB",
    temp: Annotated[
        str | None, typer.Option("--temp", metavar="DIR", help="Folder for what does not fit into memory.")
    ] = None,
) -> None:
    """Claims to expenditures, by ACO, period and enrollment type.

    Person years, per capita expenditure, renormalised risk score, and with --county-ffs the regional expenditure and
    national weight: what `aco benchmark` reads.

    \b
    aco expenditures 2018 --claims claims.parquet --enrollment enrollment.parquet \\
        --assignment assignment.parquet --reference reference.csv -o expenditures.parquet
    """
    from aco_cli.commands.claims import Sought, from_claims
    from aco_cli.commands.session import Session, rule_book
    from aco_cli.commands.stages import open_tables, stages
    from aco_cli.inputs.claims.checks import ClaimsFiles
    from aco_cli.inputs.years import Years
    from aco_cli.outputs.columns import column_names, output_columns

    if not reference and not national:
        raise UsageError("thresholds and mean risk scores are needed: give --reference FILE, --national FILE, or both")
    session = Session(messages)
    files = ClaimsFiles(claims, enrollment, assignment, national or ())
    sought = Sought(files, Years.parse(years), reference or (), county_ffs or ())
    book = rule_book(rules)
    everything = [*claims, *enrollment, *assignment, *(national or ())]
    with stages(session, everything) as progress, open_tables(engine, master, memory, temp, progress) as tables:
        found = from_claims(tables, sought, book, progress.next)
    _tell(session, found)
    session.write(found.rows.reindex(columns=column_names("expenditures")), output_columns("expenditures"), output)
    session.finish()


def _tell(session: Session, found: Found) -> None:
    """What a reader of the figures must know, and whom no figure counts."""
    uncertain = [name for name in found.rules.uncertain if name != "truncation_percentile" or len(found.computed)]
    if uncertain:
        session.log.note(f"not published for all these years: {', '.join(uncertain)} (aco rules show)")
    if found.rules.covid and found.touches_covid:
        first, last = found.rules.covid
        session.log.note(
            f"months of inpatient COVID-19 episodes ({first} to {last}, 42 CFR 425.611) are not taken out: no column "
            "tells them; leave such months out of the enrollment file to take them out"
        )
    for message in found.warnings:
        session.warn(message)
    names = ["calendar_year", "enrollment_type", "truncation_threshold", "mean_risk_score", "people"]
    for year, kind, threshold, score, people in found.computed.reindex(columns=names).to_numpy().tolist():
        session.log.note(
            f"{year} {kind}: threshold {threshold}, mean risk score {score!r}, from {people:,} people of --national"
        )
    if found.without_months:
        session.warn(f"{found.without_months:,} beneficiaries have no row of enrollment in a calendar year of theirs")
    for message in _uncounted(found.missing):
        session.warn(message)
    for message in _crowded(found.crowded):
        session.warn(message)


def _crowded(counties: pd.DataFrame) -> Iterator[str]:
    """Each county in which an ACO has more person years than CMS counts of all: its weight there is above 1."""
    from aco_cli.engine.members import TYPES

    names = ["county", "aco_id", "period", "calendar_year", "type_order", "person_years", "county_person_years"]
    for county, aco, period, year, order, own, whole in counties.reindex(columns=names).to_numpy().tolist():
        yield (
            f"county {county}: {aco}, {period} has {own:,.2f} person years of {TYPES[order]}, more than the "
            f"{whole:,.2f} of all in the county files of {year}; its part of national_weight there is above 1"
        )


def _uncounted(missing: pd.DataFrame) -> Iterator[str]:
    """Each county and year without figures, with the enrollment types and the person years concerned."""
    from aco_cli.engine.members import TYPES

    places = missing.assign(county=missing["county"].fillna(""))
    for (year, county), rows in places.groupby(["calendar_year", "county"]):
        kinds = ", ".join(TYPES[order] for order in sorted(set(rows["type_order"])))
        yield (
            f"county {county or '(blank)'} has no figures for {kinds} in the county files of {year}: "
            f"{rows['person_years'].sum():,.2f} person years count in no regional figure"
        )
