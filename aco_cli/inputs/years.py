"""The performance years a command is asked for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from aco_cli.errors import UsageError

_PART = re.compile(r"(20\d\d)(?:-(20\d\d))?")
_EXPECTED = "expected YEARS as 2014, 2012-2016, 2014,2018 or all"


@dataclass(frozen=True)
class Years:
    """A set of performance years, and how the user wrote it; `asked` is None for every year."""

    text: str
    asked: frozenset[int] | None

    @classmethod
    def parse(cls, text: str) -> "Years":
        """Read `2014`, `2012-2016`, `2014,2018` or `all`; raises UsageError for anything else."""
        cleaned = text.strip().lower()
        if cleaned == "all":
            return cls("all", None)
        return cls(cleaned, frozenset(year for part in cleaned.split(",") for year in _range(part.strip(), text)))

    def __contains__(self, year: int) -> bool:
        """Whether `year` is asked for."""
        return self.asked is None or year in self.asked

    def __str__(self) -> str:
        """The years as the user wrote them."""
        return self.text

    @property
    def single(self) -> int | None:
        """The year when exactly one is asked for, otherwise None."""
        return next(iter(self.asked)) if self.asked and len(self.asked) == 1 else None


def _range(part: str, text: str) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise UsageError(f"{_EXPECTED}, found {text!r}")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise UsageError(f"{_EXPECTED}, found {text!r}: {first} comes after {last}")
    return range(first, last + 1)


def list_years(years: Iterable[int]) -> str:
    """Years in words, in order and once each: `2013, 2014 and 2018`."""
    names = [str(year) for year in sorted(set(years))]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "no year"
