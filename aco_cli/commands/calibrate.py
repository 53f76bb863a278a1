"""`aco calibrate`: the national trend factors behind published historical benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command

if TYPE_CHECKING:
    from collections.abc import Callable

    from aco_cli.commands.session import Session
    from aco_cli.engine.benchmark.calibrate import Calibration, Fit
    from aco_cli.engine.benchmark.calibrate_updates import UpdateFit

_RESIDUALS = "Write published minus recomputed per ACO here."


@command
def calibrate(
    year: Annotated[str, typer.Argument(metavar="YEAR", help="The performance year, such as 2014.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="CMS public use file; - is standard input.")],
    table: o.Output,
    session: o.StrictSession,
    residuals: Annotated[str | None, o.option("FILE", _RESIDUALS), o.WRITTEN] = None,
    updates: Annotated[bool, o.flag("--updates", "Estimate the year's flat-dollar updates too.")] = False,
    rules: o.RulesOption = None,
) -> None:
    """Estimate national trend factors from published benchmarks.

    For each agreement start, the eight factors (two earlier benchmark years, four enrollment types) by least squares on
    HistBnchmk. Writes a reference file for `aco benchmark`; how well it fits is told on standard error. With --updates
    also the four dollar updates to the performance year, from UpdatedBnchmk.

    \b
    aco calibrate 2014 puf_2014.csv -o reference.csv
    aco calibrate 2014 puf_2014.csv -o reference.csv --updates \\
        --residuals residuals.csv
    """
    from aco_cli.api.selection import rules_of
    from aco_cli.engine.benchmark.calibrate import calibrate as estimate
    from aco_cli.engine.benchmark.calibrate import together
    from aco_cli.engine.benchmark.calibrate_updates import calibrate_updates
    from aco_cli.errors import InputError, Problem
    from aco_cli.inputs.benchmark import load_published_benchmarks

    book = rules_of(rules)
    published = load_published_benchmarks(file, year, updates=updates)
    found = estimate(published, book)
    _report(session, found)
    if found.reference.empty:
        expected = "an agreement start with more than 8 ACOs whose benchmark years are trended nationally"
        raise InputError([Problem(file, expected, "none", fix="such agreements started from 2012 to January 2018")])
    if residuals is not None:
        session.write(found.residuals, "calibrate --residuals", o.Output(output=residuals))
    reference = found.reference
    if updates:
        rows, fits = calibrate_updates(published, found, book)
        for fit in fits:
            _tell_fit(session, fit, "updates", _update_words)
        reference = together([reference, rows]).sort_values("agreement_start", kind="stable", ignore_index=True)
    session.write(reference, "calibrate", table)


def _report(session: Session, found: Calibration) -> None:
    """Tell how each agreement start fits, and which ACOs do not or say nothing."""
    for fit in found.fits:
        _tell_fit(session, fit, "factors", _words)
    table = found.residuals
    if len(table):
        for note, ids in table[table["notes"].str.startswith("blank")].groupby("notes", sort=False)["aco_id"]:
            session.note("left_out", f"left out, {note}: {', '.join(ids)}")
        if outside := table.loc[table["within_bound"] == 0, "aco_id"].tolist():
            told = f"{len(outside):,} ACOs are further off than rounding explains: {', '.join(outside)}"
            session.warn("outside", told)
    if found.others:
        session.note("left_out", f"{found.others:,} ACOs left out: their benchmark years are not trended nationally")


def _tell_fit(session: Session, fit: Fit | UpdateFit, what: str, words: Callable[[Any], str]) -> None:
    if fit.refusal:
        session.warn("refused", f"{fit.start:%Y-%m-%d}: no {what} from {fit.refusal}")
    else:
        session.note("fit", words(fit))


def _words(fit: Fit) -> str:
    from aco_cli.engine.benchmark.calibrate import QUANTILES

    spread = ", ".join(f"{value:.2f} at {at:.0%}" for at, value in zip(QUANTILES, fit.quantiles, strict=True))
    return (
        f"{fit.start:%Y-%m-%d}: {fit.acos:,} ACOs, {fit.first:,} of them in a first agreement; "
        f"{fit.within / fit.acos:.1%} within the bound of rounding; "
        f"standard deviation ${fit.sd:.2f}, ${fit.rounding_sd:.2f} by rounding alone; residuals {spread}"
    )


def _update_words(fit: UpdateFit) -> str:
    from aco_cli.engine.benchmark.calibrate_updates import LIMIT

    return (
        f"{fit.start:%Y-%m-%d}: updates from {fit.agree:,} of {fit.acos:,} ACOs, which agree within {LIMIT:g} standard "
        f"deviations of rounding; standard deviation ${fit.sd:.2f}, ${fit.rounding_sd:.2f} by rounding alone; "
        f"of the others {fit.below:,} have less than recomputed and {fit.above:,} more"
    )
