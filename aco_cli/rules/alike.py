"""Values of rule files that are not packaged: formed as those of the same parameter that the engine knows."""

import reprlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

Place = tuple[int | str, ...]
_WORDS = {bool: "true or false", float: "a number", str: "text", date: "a date"}


def misfits(value: Any, known: Sequence[Any], place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Where a value is formed unlike all known ones, and what is wrong there.

    A mapping has the keys that one of the known ones has, and those that all have; other values are of a known kind.
    """
    mappings = [each for each in known if isinstance(each, dict)]
    lists = [each for each in known if isinstance(each, list)]
    if isinstance(value, dict) and mappings:
        for key, item in value.items():
            alike = [each[key] for each in mappings if key in each]
            yield from misfits(item, alike, (*place, key)) if alike else [((*place, key), "unknown key")]
        if missing := set.intersection(*map(set, mappings)) - set(value):
            yield place, f"missing {', '.join(sorted(missing))}"
    elif isinstance(value, list) and lists:
        for number, item in enumerate(value):
            yield from misfits(item, [item for each in lists for item in each], (*place, number))
    else:
        kinds = dict.fromkeys(filter(None, map(_kind, known)))
        if _kind(value) not in kinds:
            words = [_WORDS[kind] for kind in kinds] + ["a mapping"] * bool(mappings) + ["a list"] * bool(lists)
            yield place, f"expected {' or '.join(words)}, found {reprlib.repr(value)}"


def _kind(value: Any) -> type | None:
    """What kind of a single value it is; None for a collection."""
    if isinstance(value, bool | str):
        return type(value)
    return float if isinstance(value, int | float) else date if isinstance(value, date) else None
