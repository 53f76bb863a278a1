"""Names of sheets: what a spreadsheet takes, each once."""

import re
from collections.abc import Sequence

LONGEST = 31
RESERVED = ("Index", "Summary", "Parameters", "History")  # the last is Excel's own


def sheet_names(ids: Sequence[str], years: Sequence[int]) -> list[str]:
    """A sheet name for each ACO and year: the id, with the year where the id comes more than once.

    Characters that Excel refuses become `_`; names are cut to 31 characters, as Excel counts them, and differ also
    without regard to case.
    """
    taken = {name.casefold() for name in RESERVED}
    names = []
    for aco_id, year in zip(ids, years, strict=True):
        wanted = _allowed(aco_id if ids.count(aco_id) == 1 else f"{aco_id} {year}")
        names.append(_free(wanted, taken))
        taken.add(names[-1].casefold())
    return names


def _allowed(text: str) -> str:
    """Also without control characters, and no apostrophe at either end."""
    allowed = re.sub(r"[\[\]:*?/\\\x00-\x1f\x7f]", "_", text).strip("'")
    return _cut(allowed, LONGEST).strip("' ") or "_"


def _cut(text: str, most: int) -> str:
    """The start of a text of at most so many code units of UTF-16, none of its characters in halves."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name.casefold() in taken:
        number += 1
        name = f"{_cut(wanted, LONGEST - 1 - len(str(number)))} {number}"
    return name


def quoted(name: str) -> str:
    """A sheet name as it stands in formulas and links."""
    return "'" + name.replace("'", "''") + "'"
