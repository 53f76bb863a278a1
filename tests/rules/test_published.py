"""Published totals: all that are packaged are read, and an entry that is not complete is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from aco_cli.errors import RulesError
from aco_cli.rules.published import by_program, published_totals

GOOD = "- {program: mssp, year: 2014, figure: acos, value: 333, cite: x}\n"


def test_packaged_totals_are_read_by_program_and_figure() -> None:
    found = by_program(published_totals(), 2014)
    assert found["mssp"]["acos"].value == 333
    assert not found["mssp"]["earned_payment"].agrees(342e6)
    assert found["medicare"]["earned_payment"].agrees(500e6)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (GOOD.replace(", cite: x", ""), "entry 2, line 2: missing cite"),
        (GOOD.replace("333", "'333'"), "entry 2: value, line 2: expected a valid number, found '333'"),
        (GOOD.replace("2014", "soon"), "entry 2: year, line 2: expected a valid integer, found 'soon'"),
        (GOOD.replace("cite", "within: 1, atleast: true, cite"), "entry 2: atleast, line 2: unknown key"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused(bad: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "totals.yaml"
    path.write_text(GOOD + bad, encoding="utf-8")
    with pytest.raises(RulesError, match=f"totals.yaml: {told}"):
        published_totals(path)
