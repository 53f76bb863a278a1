"""A report against itself: which line each figure is, what counts as the same, and what a wrong figure spoils."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from aco_cli.engine.report_check import Recomputed, check_report, first_wrong, followers, recomputed_figures
from aco_cli.rules.book import RuleBook

PLACES = ["table", "letter", "label", "period", "enrollment_type"]


def checked(published: Any, recomputed: Any) -> pd.Series:
    """The comparison of one figure of table 3 with the line that has its letter."""
    found = check_report(figures(("3", "I", "PY", "", published)), lines(("3", "I", "savings", recomputed)))
    assert len(found) == 1
    return found.iloc[0]


def figures(*rows: tuple[str, str, str, str, Any]) -> pd.DataFrame:
    table = [(table, letter, f"Figure {letter}", period, kind, value) for table, letter, period, kind, value in rows]
    return pd.DataFrame(table, columns=[*PLACES, "value"]).astype({"value": object})


def lines(*rows: tuple[str, str, str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["table", "letter", "line", "value"])


@pytest.mark.parametrize(
    ("published", "recomputed", "verdict"),
    [
        (0.0, 0.0, "exact"),
        (0.0, 1e-6, "exact"),
        (0.0, -1e-6, "exact"),
        (0.0, 1.1e-6, "unexplained"),
        (1.0, 1 + 0.9e-6, "exact"),
        (1.0, 1 + 1.5e-6, "unexplained"),
        (1e6, 1e6 + 0.9, "exact"),
        (-1e6, -1e6 + 0.9, "exact"),
        (1e6, 1e6 + 1.1, "unexplained"),
        # half a unit of the last of one to four decimals, ties too; a whole number is not rounded
        (0.5, 0.55, "rounding"),
        (0.5, 0.45, "rounding"),
        (0.5, 0.551, "unexplained"),
        (0.25, 0.254, "rounding"),
        (0.25, 0.256, "unexplained"),
        (0.1234, 0.12344, "rounding"),
        (0.1234, 0.12346, "unexplained"),
        (0.12345, 0.123454, "unexplained"),
        (5.0, 5.4, "unexplained"),
    ],
)
def test_a_figure_is_exact_or_rounded_by_what_is_printed(published: float, recomputed: float, verdict: str) -> None:
    found = checked(published, repr(recomputed))
    assert found["class"] == verdict
    assert (found["published"], found["recomputed"]) == (published, recomputed)
    assert found["difference"] == recomputed - published
    assert (found["line"], found["period"], found["formula"]) == ("Figure I", "PY", "savings")


@pytest.mark.parametrize("recomputed", ["", None, "unknown"])
def test_what_the_lines_do_not_give_is_unexplained(recomputed: object) -> None:
    found = checked(5.0, recomputed)
    assert (found["class"], math.isnan(found["recomputed"])) == ("unexplained", True)


@pytest.mark.parametrize(
    ("printed", "reached", "exceeds", "verdict"),
    [
        ("Savings", "1", "0", "exact"),
        ("Losses", "0", "1", "exact"),
        ("Savings", "0", "1", "unexplained"),
        ("Losses", "1", "0", "unexplained"),
        # neither holds: any other word, but neither of these
        ("Neither", "0", "0", "exact"),
        ("Savings", "0", "0", "unexplained"),
        ("Losses", "0", "0", "unexplained"),
        ("Neither", "1", "0", "unexplained"),
    ],
)
def test_a_word_stands_where_its_line_holds(printed: str, reached: str, exceeds: str, verdict: str) -> None:
    sheet = lines(("3", "P", "reaches_msr", reached), ("3", "", "exceeds_mlr", exceeds))
    published = figures(("3", "P", "PY", "", printed))
    found = check_report(published, sheet).iloc[0]
    assert found["class"] == verdict
    assert found[["published", "recomputed", "difference"]].isna().all()
    word = {("1", "0"): "Savings", ("0", "1"): "Losses"}.get((reached, exceeds), "")
    assert recomputed_figures(published, sheet) == {("3", "P", "PY", ""): Recomputed(word, verdict == "exact")}


def test_a_number_in_the_place_of_a_word_is_wrong() -> None:
    found = check_report(figures(("3", "P", "PY", "", 1.0)), lines(("3", "P", "reaches_msr", "1")))
    assert found["class"].tolist() == ["unexplained"]


@pytest.mark.parametrize(
    ("figure", "formula", "value"),
    [
        # of its own period and enrollment type, else of no period, else of the performance year
        (("1", "B", "BY1", "aged-dual"), "per_capita_by1_aged_dual", 1.0),
        (("1", "B", "BY2", "esrd"), "per_capita_by2_esrd", 2.0),
        (("1", "K", "BY1", ""), "ratio", 3.0),
        (("2", "C", "BY1", "esrd"), "updated_py_esrd", 4.0),
        (("2", "C", "PY", "esrd"), "updated_py_esrd", 4.0),
        # the first line of a place is the figure; further ones explain it
        (("3", "I", "PY", ""), "savings", 5.0),
        # by name, with the type in it, as a formula or as a total
        (("A3", "B", "PY", "aged-nondual"), "national_update_aged_nondual", 6.0),
        (("A3", "B", "BY3", "esrd"), "1", 1.0),
        (("A3", "F", "BY1", "esrd"), "1 - trend_weight_by1_esrd", 0.75),
        (("2", "A", "benchmark", "esrd"), "brought_forward_esrd", 7.0),
        (("2", "A", "benchmark", "all"), "benchmark_brought_forward", 8.0),
    ],
)
def test_each_figure_has_its_line(figure: tuple[str, str, str, str], formula: str, value: float) -> None:
    sheet = lines(
        ("1", "B", "per_capita_by1_aged_dual", "1"),
        ("1", "B", "per_capita_by2_esrd", "2"),
        ("1", "K", "ratio", "3"),
        ("2", "C", "updated_py_esrd", "4"),
        ("3", "I", "savings", "5"),
        ("3", "I", "savings_again", "55"),
        ("", "", "national_update_aged_nondual", "6"),
        ("", "", "trend_weight_by1_esrd", "0.25"),
        ("", "", "brought_forward_esrd", "7"),
        ("", "", "benchmark_brought_forward", "8"),
    )
    found = check_report(figures((*figure, value)), sheet)
    assert found[["formula", "class"]].to_numpy().tolist() == [[formula, "exact"]]
    assert recomputed_figures(figures((*figure, value + 1)), sheet) == {figure: Recomputed(value, is_right=False)}


@pytest.mark.parametrize(
    "figure", [("3", "QQ", "PY", "", 1.0), ("1", "B", "BY1", "esrd", 1.0), ("3", "I", "PY", "", "a word")]
)
def test_what_follows_from_no_line_and_words_that_are_none_are_left_out(figure: tuple[str, str, str, str, Any]) -> None:
    sheet = lines(("3", "I", "savings", "5"), ("1", "B", "per_capita_by1_aged_dual", "1"))
    assert check_report(figures(figure), sheet).empty
    assert recomputed_figures(figures(figure), sheet) == {}


def test_figures_come_in_the_order_in_which_they_are_computed() -> None:
    """Tables in CMS's order of computing, and within one as the report has them."""
    published = figures(*((table, letter, "", "", 1.0) for table, letter in ("3Y", "3I", "2H", "1S", "1A")))
    sheet = lines(*((table, letter, f"line_{letter}", "1") for table, letter in ("3Y", "3I", "2H", "1S", "1A")))
    found = check_report(published, sheet)
    assert (found["table"] + found["letter"]).tolist() == ["1S", "1A", "2H", "3Y", "3I"]
    assert found.index.tolist() == [0, 1, 2, 3, 4]


def compared(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["table", "letter", "class"])


def test_the_first_wrong_figure_comes_with_the_letters_of_the_others() -> None:
    """Each letter once, whichever of its periods and types are wrong."""
    table = compared(*(("1", "A", "exact"), ("1", "D", "unexplained"), ("2", "H", "rounding")),
                     *(("3", "F", "unexplained"), ("3", "F", "unexplained"), ("3", "Y", "unexplained")))  # fmt: skip
    found = first_wrong(table)
    assert found is not None
    assert (found[0]["table"], found[0]["letter"], found[1]) == ("1", "D", ["3 [F]", "3 [Y]"])


def test_a_lone_wrong_figure_has_no_others() -> None:
    found = first_wrong(compared(("3", "Y", "unexplained")))
    assert found is not None
    assert (found[0]["letter"], found[1]) == ("Y", [])


def test_a_report_without_a_wrong_figure_has_no_first() -> None:
    assert first_wrong(compared(("1", "A", "exact"), ("3", "Y", "rounding"))) is None


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("savings", ["3 [Y]"]),
        ("1 - trend_weight_by1_esrd", ["3 [I]", "3 [F]", "3 [Y]", "2 [A]"]),
        ("risk_score_by3_esrd", ["3 [I]", "3 [F]", "3 [Y]", "2 [A]"]),
        ("earned_payment", []),
    ],
)
def test_what_follows_from_a_figure_is_named_by_table_and_letter_once(formula: str, told: list[str]) -> None:
    made = [("3", "I", "savings"), ("3", "F", "benchmark_total"), ("3", "G", "expenditure_total")]
    made += [("3", "Y", "earned_payment"), ("2", "A", "brought_forward_esrd"), ("2", "A", "benchmark_brought_forward")]
    table = pd.DataFrame([*made, ("1", "C", "risk_score_by3_esrd")], columns=["table", "letter", "formula"])
    assert followers(formula, table, RuleBook()) == told
    assert followers(formula, table.iloc[:0], RuleBook()) == []
