"""The model of next year's savings rate: a line fitted on pairs of earlier years, as data with what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aco_cli.rules.parameters import PACKAGED, Status
from aco_cli.rules.validated_yaml import Number, Whole, form, read_yaml, validated


@dataclass(frozen=True)
class NextYear:
    """For a projected `year`: savings rate = intercept + slope x last year's rate + `one_sided` of ACOs without risk.

    Fitted on the ACOs of the pair of years `before` and `after`, both before the year projected; rates are fractions.
    `sd` is the standard deviation around it.
    """

    year: Whole
    before: Whole
    after: Whole
    acos: Whole
    intercept: Number
    slope: Number
    one_sided: Number
    sd: Number
    status: Status
    cite: str

    __pydantic_config__ = form()


def next_years(path: Path = PACKAGED / "next_year.yaml") -> Sequence[NextYear]:
    """The models by year projected. Raises RulesError for an entry that is not complete."""
    return validated(path, tuple[NextYear, ...], read_yaml(path))
