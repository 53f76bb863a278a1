"""Rosters to fill in, with the columns that a track's settlement goes by."""

import pandas as pd

from aco_cli.engine.needs import needed_inputs
from aco_cli.errors import UsageError
from aco_cli.inputs.layout import layouts_of
from aco_cli.nearest import did_you_mean
from aco_cli.rules.book import RuleBook, Situation

_IDENTITY = ("aco_id", "aco_name", "performance_year", "program", "track")


def roster_template(book: RuleBook, track: str, year: int | None = None) -> pd.DataFrame:
    """One row of a roster: program, track and year, and blank cells in the columns that its settlement goes by.

    Without a year it is the last one that the rules of the track cover. Raises UsageError for an unknown track.
    """
    programs = layouts_of("roster")[0].columns["program"].choices
    covered = [each for each in book.situations() if each.track == track and each.program in programs]
    if not covered:
        tracks = [name for program in programs for name in book.programs[program].tracks]
        near = did_you_mean(track, tracks) or f": expected one of {', '.join(tracks)}"
        raise UsageError(f"unknown track {track!r}{near}")
    last = covered[-1]
    situation = Situation(last.program, track, year or last.year)
    inputs = needed_inputs(book, situation)
    layout = layouts_of("roster")[0]
    contract = layout.columns
    named = [*_IDENTITY, *layout.required, *(step.column or step.key for step in inputs)]
    blank = {name: "" if contract[name].unit == "text" else None for name in named if name in contract}
    return pd.DataFrame([{**blank, "performance_year": situation.year, "program": situation.program, "track": track}])
