"""One entry of a table of the law: its names, its labels, and where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from aco_cli.engine.lines.step import FIGURE, PACKAGED, Step


@pytest.mark.parametrize(
    ("period", "by", "member", "names"),
    [
        ("", (), "", ("trend", "trend", "Trend")),
        ("by1", (), "", ("trend[by1]", "trend_by1", "Trend, BY1")),
        ("py", ("period", "type"), "aged-dual", ("trend[py]", "trend_py_aged_dual", "Trend, PY, aged/dual")),
        ("", ("domain",), "at_risk", ("trend", "trend_at_risk", "Trend, at-risk population")),
    ],
)
def test_names_and_labels_have_period_and_member(
    period: str, by: tuple[str, ...], member: str, names: tuple[str, str, str]
) -> None:
    step = Step("trend", period, label="Trend", by=by)
    assert (step.key, step.named(member), step.labeled(member)) == names


@pytest.mark.parametrize(
    ("by", "axis"),
    [((), ""), (("period",), ""), (("type",), "type"), (("period", "type"), "type"), (("domain",), "domain")],
)
def test_members_are_types_or_domains(by: tuple[str, ...], axis: str) -> None:
    assert Step("x", by=by).axis == axis


def test_what_is_not_given_is_calculated() -> None:
    assert Step("x").is_line
    assert not Step("x", given="roster").is_line


def test_conditions_of_a_step_do_not_hold_unless_said() -> None:
    step = Step("x")
    assert not (step.choice or step.override or step.shares_letter)


def test_only_files_of_the_package_are_not_from_outside() -> None:
    assert (PACKAGED / "mssp" / "settlement.yaml").is_file()
    assert not Step("x").is_outside
    assert not Step("x", file=PACKAGED / "mssp" / "settlement.yaml").is_outside
    assert Step("x", file=Path("/somewhere/mssp/settlement.yaml")).is_outside
    assert Step("x", file=PACKAGED.parent / "scenarios" / "x.yaml").is_outside


def test_a_note_says_what_would_bring_what_is_missing() -> None:
    assert Step("x", text="No quality score").lacking == "No quality score"
    assert Step("x", text="No quality score", give="--quality").lacking == "No quality score (--quality)"


def test_figures_in_a_text_stand_in_braces() -> None:
    assert FIGURE.findall("{aco} owes {settlement} of {a b}") == ["aco", "settlement"]
