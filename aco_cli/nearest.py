"""The known word that somebody may have meant, for every message about an unknown one."""

import difflib
import re
from collections.abc import Iterable

NUMBERS = {"one": "1", "two": "2", "three": "3"}
_NUMBER = re.compile(rf"(?<![a-z])({'|'.join(NUMBERS)})(?![a-z])", re.IGNORECASE)


def nearest(word: str, known: Iterable[str], most: int = 1, cutoff: float = 0.6) -> list[str]:
    """The known words that are nearly this one, with one as 1 (1 as `cutoff`: the same), the most alike first."""
    word = _NUMBER.sub(lambda found: NUMBERS[found[0].lower()], word)
    return difflib.get_close_matches(word, list(known), n=most, cutoff=cutoff)


def did_you_mean(word: str, known: Iterable[str], most: int = 1, cutoff: float = 0.6) -> str:
    """`; did you mean msr?` for a word that is nearly a known one (or several); nothing for any other."""
    near = nearest(word, known, most, cutoff)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def nearest_or_all(word: str, known: Iterable[str]) -> str:
    """`did you mean msr?` for a word that is nearly a known one, `expected one of ...` for any other."""
    names = list(known)
    return did_you_mean(word, names, most=3).removeprefix("; ") or f"expected one of {', '.join(names)}"
