"""Lines: person years of all enrollment types and each type's share, which tables 1 and 2 both begin with."""

from __future__ import annotations

from aco_cli.engine.benchmark.sheet import TypedSheet, over_types, sum_over_types
from aco_cli.engine.lines import V11, Column, Values
from aco_cli.rules.columns import RuleColumns


def add_person_years(sheet: TypedSheet, period: str, letter: str, rule: str) -> None:
    """Add `all_person_years_PERIOD` and the `share_PERIOD` of each type, which has CMS's `letter`."""
    figure = f"person_years_{period}"

    @sheet.line(
        "Person years",
        "years",
        letter="A2",
        formula=over_types(figure),
        periods=(period,),
        by_type=False,
        cite=f"{V11}, 3.1",
    )
    def all_person_years(v: Values, _r: RuleColumns) -> Column:
        """Person years of the four enrollment types together."""
        return sum_over_types(v, figure)

    @sheet.line(
        "Share of person years",
        "fraction",
        letter=letter,
        formula="person_years/all_person_years",
        periods=(period,),
        rule=rule,
    )
    def share(v: Values, _r: RuleColumns) -> Column:
        """Share of the type in the person years of the period."""
        return v.person_years / v.all_person_years
