"""Rosters to fill in, with the columns that a track's settlement goes by."""

import pandas as pd

from aco_cli.engine.lines.law import law_of
from aco_cli.engine.lines.situations import folded
from aco_cli.engine.lines.step import Step
from aco_cli.errors import UsageError
from aco_cli.inputs.layout import layouts_of
from aco_cli.rules.book import RuleBook, Situation
from aco_cli.rules.parameters import values_by_name

_IDENTITY = ("aco_id", "aco_name", "performance_year", "program", "track")
_WANTED = ("outcome", "settlement", "net_payment")


def roster_template(book: RuleBook, track: str, year: int | None = None) -> pd.DataFrame:
    """One row of a roster: program, track and year, and blank cells in the columns that its settlement goes by.

    Without a year it is the last one that the rules of the track cover. Raises UsageError for an unknown track.
    """
    layout = layouts_of("roster")[0]
    contract = layout.columns
    track, programs = contract["track"].meant(track) or track, contract["program"].choices
    covered = [each for each in book.situations() if each.track == track and each.program in programs]
    if not covered:
        near = contract["track"].nearly(track) or f"expected one of {', '.join(contract['track'].choices)}"
        raise UsageError(f"unknown track {track!r}, {near}")
    last = covered[-1]
    situation = Situation(last.program, track, year or last.year)
    named = [*_IDENTITY, *layout.required, *(step.column or step.key for step in _inputs(book, situation))]
    blank = {name: "" if contract[name].unit == "text" else None for name in named if name in contract}
    return pd.DataFrame([{**blank, "performance_year": situation.year, "program": situation.program, "track": track}])


def _inputs(book: RuleBook, situation: Situation) -> list[Step]:
    """The inputs that can change a settlement of a program, track and year, in the order of the law.

    They are what is left of the law under its rules; those that override rules are left out. Raises RulesError for a
    situation without rules.
    """
    book.check(situation)
    law = law_of(book, situation.program)
    inputs = {step.key: step for step in law.inputs if not step.override}
    left = folded((law,), _WANTED, values_by_name(book.in_force(situation)), inputs.keys()).inputs
    return [step for key, step in inputs.items() if key in left]
