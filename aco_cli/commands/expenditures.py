"""`aco expenditures`: per capita expenditures and risk scores from claims."""

from typing import Annotated, Literal

import typer

import aco_cli as aco
from aco_cli.commands import options as o
from aco_cli.commands.call import command

_FORMS = "CSV or Parquet, a folder or a pattern"
_REFERENCE = "CMS's thresholds and mean risk scores by year and type"
_NATIONAL = "Assignable beneficiaries, for thresholds and mean scores missing from --reference"
_CCLF = "CMS's claim and claim line feed in place of --claims and --enrollment: file, folder, archive or pattern"
_MAPPING = "Column mapping for tables with other column names: a YAML file, or alr, de-synpuf, tuva."
_REPEATS = "Claim lines that come again: refuse the files, or count each once."
_AUDIT = "Write here what became of every row of claims, in rows and dollars."
_ENGINE = "Compute engine: duckdb (local) or spark (cluster)."


@o.group
class ClaimsOptions:
    """The tables of claims, what goes with them, and with what they are added up."""

    assignment: Annotated[list[str], o.many("FILE", f"Assigned beneficiaries by ACO and period; {_FORMS}")]
    claims: Annotated[o.Many, o.many("FILE", f"Claims and claim lines; {_FORMS}")] = None
    enrollment: Annotated[o.Many, o.many("FILE", f"A row per beneficiary and month; {_FORMS}")] = None
    cclf: Annotated[o.Many, o.many("PATH", _CCLF)] = None
    crosswalk: Annotated[o.Many, o.many("FILE", "Old and new identifiers of beneficiaries: columns old, new")] = None
    mapping: Annotated[str | None, o.option("FILE", _MAPPING)] = None
    repeats: Annotated[Literal["refuse", "once"], typer.Option(help=_REPEATS)] = "refuse"
    reference: Annotated[o.Many, o.many("FILE", _REFERENCE)] = None
    county_ffs: Annotated[o.Many, o.many("FILE", "CMS's county expenditures of a year")] = None
    national: Annotated[o.Many, o.many("FILE", f"{_NATIONAL}; {_FORMS}")] = None
    rules: o.RulesOption = None
    engine: Annotated[Literal["duckdb", "spark"], typer.Option(help=_ENGINE)] = "duckdb"
    master: Annotated[str, o.option("URL", "Spark's cluster: local[2], spark://..., yarn.")] = "local[*]"
    memory: Annotated[str, o.option("SIZE", "Memory for the tables.")] = "4GB"
    temp: Annotated[str | None, o.option("DIR", "Write what does not fit into memory to this folder."), o.WRITTEN] = (
        None
    )
    max_unpacked: o.UnpackedOption = None


@command
def expenditures(
    years: o.YearsArgument,
    claims: ClaimsOptions,
    output: o.Output,
    session: o.StrictSession,
    audit: Annotated[str | None, o.option("FILE", _AUDIT), o.WRITTEN] = None,
) -> None:
    """Compute expenditures from claims, by enrollment type.

    One row per ACO, period and enrollment type, which `aco benchmark` reads: person years, per capita expenditure,
    renormalized risk score, and with --county-ffs the regional expenditure and national weight.

    \b
    aco expenditures 2018 --claims claims.parquet \\
        --enrollment enrollment.parquet --assignment assignment.parquet \\
        --reference reference.csv -o expenditures.parquet
    aco expenditures 2023 --cclf feed/ --assignment assignment.csv \\
        --reference reference.csv --audit audit.csv
    """
    found = aco.expenditures(years, run=session, **vars(claims))
    if audit is not None:
        session.write(found.totals, "expenditures --audit", o.Output(output=audit))
    session.write(found.table, "expenditures", output)
