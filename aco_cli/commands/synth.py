"""`aco synth`: a synthetic population to try the whole chain on."""

from typing import Annotated, Literal

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command

_MONTHS = 4 * 12  # of a person, about: three benchmark years and the performance year
_BENEFICIARIES = "Beneficiaries per ACO; most are assigned to it."
_CLAIMS = "Mean claim lines per beneficiary per month."
_LAYOUT = "Layout of the claims: plain (one table), or cclf (CMS's monthly deliveries)."


@command
def synth(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Where the files go; made if it does not exist.")],
    session: o.PlainSession,
    acos: Annotated[int, o.option("N", "Number of ACOs.", min=1, max=10_000)] = 5,
    beneficiaries: Annotated[int, o.option("N", _BENEFICIARIES, min=100, max=10_000_000)] = 2000,
    claims_per_month: Annotated[float, o.option("X", _CLAIMS, min=0.1, max=50, callback=o.no_nan)] = 2.0,
    year: Annotated[int, o.option("YEAR", "Performance year, 2020 to 2025.", min=2020, max=2025)] = 2023,
    seed: o.SeedOption = 1,
    layout: Annotated[Literal["plain", "cclf"], typer.Option(help=_LAYOUT)] = "plain",
    expected: Annotated[bool, typer.Option(help="Write the expenditures that must result, expected.csv.")] = True,
    force: Annotated[bool, o.flag("--force", "Replace files of an earlier run in FOLDER.")] = False,
) -> None:
    """Generate synthetic claims, enrollment and assignment files.

    Writes claims.parquet, enrollment.parquet, assignment.parquet, roster.csv, reference.csv (national figures) and
    county_ffs.csv, for aco expenditures, aco benchmark and aco settle. With --layout cclf, a folder of claim and claim
    line feeds (CCLF) takes the place of claims.parquet: fixed-width text with repeats, adjustments, cancellations,
    denials and changed identifiers, from which the same expenditures result. The same options give the same files.

    \b
    aco synth demo
    aco synth feed --layout cclf
    aco synth large --acos 100 --beneficiaries 10000 --no-expected
    """
    from aco_cli.outputs.write import whole_folder
    from aco_cli.synth.plan import Plan
    from aco_cli.synth.population import DELIVERIES, FILES, write_population

    plan = Plan(acos, beneficiaries, year, seed, claims_per_month)
    lines = int(acos * beneficiaries * claims_per_month * _MONTHS)
    files = (*FILES, DELIVERIES)
    with whole_folder(folder, files, force=force) as place, session.busy("drawing claims", rows=lines) as advance:
        counts = write_population(plan, place, cclf=layout == "cclf", expected=expected, advance=advance)
    session.note(
        "wrote",
        f"wrote {counts['claims']:,} claims, {counts['enrollment']:,} months of enrollment and "
        f"{counts['assignment']:,} assignments to {acos:,} ACOs into {folder}",
    )
