"""The law as data: every table loads, says what it is, computes what it prints, and can be changed from outside."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from aco_cli.api.scenario_files import read_scenarios
from aco_cli.engine.lines.law import Law, law_of
from aco_cli.engine.lines.row import Row, evaluated, members, plain_tree
from aco_cli.engine.lines.situations import Situations
from aco_cli.engine.lines.step import PACKAGED, Step
from aco_cli.engine.lines.tree import names, walk
from aco_cli.engine.members import AXES
from aco_cli.engine.outcome import CODES
from aco_cli.engine.settle import settle, settled_rows
from aco_cli.engine.waterfall import waterfall
from aco_cli.engine.worksheet import worksheet
from aco_cli.errors import RulesError
from aco_cli.outputs.workbook.excel import Cells, excel_formula
from aco_cli.rules.book import RuleBook
from aco_cli.rules.given_lines import lines_in_folders, lines_of_scenario

BOOK = RuleBook()
ROWS = 600
TABLES = {
    program.name: sorted(path.stem for path in program.glob("*.yaml"))
    for program in PACKAGED.iterdir()
    if program.is_dir()
}
FILES = [(program, table) for program, tables in sorted(TABLES.items()) for table in tables]
# Lines of which hardly a row of the random rosters knows anything: those of few tracks or eras.
RARE = {"reduced_share", "to_quality_standard", "two_way_benchmark", "two_way_total"}
# Lines that come out the same wherever they are known in this program.
CONSTANT = {"reduced_share", "limit_first"}
# Inputs that no formula names: tables of CMS's report have them, or the benchmark asks for them beside its lines.
IDLE = {
    *(f"{name}[{period}]" for name in ("assigned_beneficiaries", "person_years") for period in ("by1", "by2", "by3")),
    *("agreement_period", "calendar_fits"),
}
# Functions of this language, for which spreadsheets have others.
OWN = {"NTH", "LINEAR", "DIFFERENCE", "RATE_OF", "SUM_TYPES", "SHARE_WEIGHTED", "ANY_TYPE", "SUM_DOMAINS", "CORRIDORS"}

# The lines of table 3 of CMS's reconciliation report, by CMS's letter (CMS methodology v11).
CMS_LETTERS = {
    "A": {"assigned_beneficiaries", "beneficiaries"},
    "G": {"expenditure_total"},
    "H": {"benchmark_total"},
    "I": {"savings"},
    "J": {"total_savings"},
    "K": {"total_losses"},
    "L": {"msr"},
    "M": {"mlr"},
    "N": {"msr_amount"},
    "O": {"mlr_amount"},
    "P": {"reaches_msr", "exceeds_mlr"},
    "Q": {"max_sharing_rate"},
    "R": {"quality_score"},
    "S": {"quality_standard_met"},
    "T": {"final_sharing_rate"},
    "U": {"shared_loss_rate"},
    "V": {"shared_savings"},
    "W": {"payment_limit"},
    "X": {"sequestration"},
    "Y": {"earned_payment"},
    "Z": {"shared_losses"},
    "AA": {"participant_revenue"},
    "BB": {"loss_limit"},
    "CC": {"capped_losses"},
    "DD x EE": {"waived_share"},
    "FF": {"euc_adjustment"},
    "GG": {"owed_repayment"},
}
# Those of tables 1 and 2, and what table 3 repeats of them.
CMS_LETTERS_1 = {
    **{"A1": {"assigned_beneficiaries"}, "A2": {"person_years", "all_person_years"}, "B": {"per_capita"}},
    **{"C": {"risk_score"}, "D": {"risk_ratio"}, "E": {"trend"}, "F": {"trended"}, "G": {"historical"}},
    **{"H": {"share"}, "I": {"historical_benchmark"}, "J": {"regional"}, "K": {"regional_at_risk"}},
    **{"L": {"regional_difference"}, "M": {"weighted_difference"}, "N": {"regional_weight"}},
    **{"O": {"uncapped_adjustment"}, "P": {"adjustment_cap", "downward_cap"}, "Q": {"capped_adjustment"}},
    **{"R": {"adjusted"}, "S": {"adjusted_benchmark"}},
}
CMS_LETTERS_2 = {
    **{"A": {"brought_forward", "benchmark_brought_forward"}, "A2": {"all_person_years"}, "B": {"risk_score"}},
    **{"C": {"performance_risk_ratio"}, "D": {"risk_adjusted"}, "E": {"update_factor", "dollar_update"}},
    **{"F": {"updated"}, "G": {"share"}, "H": {"updated_benchmark"}},
}
REPEATED = {
    **{"B": {"all_person_years_py"}, "C": {"per_capita_py"}, "D": {"share_py"}, "E": {"expenditure_per_capita"}},
    "F": {"updated_benchmark"},
}


@pytest.fixture(scope="session")
def evaluated_rows(canonical, make_rows) -> Callable[[str, str], list[Row]]:
    """Random rows with every figure of a table, and of the tables below it."""
    held: dict[tuple[str, str], list[Row]] = {}

    def compute(program: str, table: str) -> list[Row]:
        if (program, table) not in held:
            if law_of(BOOK, program, table).rules:
                held[program, table] = random_figures(table)
            else:
                frame = canonical(random_roster(program, make_rows))
                frame["advance_carried"] = (frame["advance_balance"] > 0).astype("float64")
                more = random_figures_of_benchmarks(len(frame)) if table == "settlement_from_benchmark" else {}
                held[program, table] = settled_rows(frame, BOOK, table, more)
        return held[program, table]

    return compute


def random_roster(program: str, make_rows: Callable[..., list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Rows of many tracks and years; of Pioneer the same figures in its own."""
    rows = make_rows(2014, ROWS, situations=40)
    if program == "mssp":
        return rows
    own = [each for each in BOOK.situations() if each.program == program]
    changed = []
    for at, row in enumerate(rows):
        situation = own[at % len(own)]
        changed.append({**row, "program": program, "track": situation.track, "performance_year": situation.year})
    return changed


def random_figures_of_benchmarks(rows: int) -> dict[str, Any]:
    """Figures of the benchmark that table 3 takes; totals near each other, and some unknown."""
    random = np.random.default_rng(3)
    found: dict[str, Any] = {}
    for key, step in law_of(BOOK, "mssp", "benchmark").known.items():
        shape = (4, rows) if step.axis else (rows,)
        column = random.uniform(0.9, 1.1, shape) * (1e8 if step.unit == "USD" else 1e4)
        found[f"benchmark.{key}"] = np.where(random.random(shape) < 0.05, np.nan, column)
    return found


RANGES = {"USD per capita": (5_000.0, 15_000.0), "person-years": (0.0, 900.0), "fraction": (0.0, 1.0)}
NUMBERS = {"agreement_period": (1, 2, 3), "regional_period": (0, 1, 2, 3, 4, 5), "months": (6, 12, 18)}


def random_figures(table: str) -> list[Row]:
    """Random figures for a table that takes the rules of a program of their own: benchmarks of all eras, scores of all
    years. Some are an edge (no weight, nobody of a type); in half of the rows, now and then one is unknown."""
    random, rows = np.random.default_rng(12), 240
    lacks = np.arange(rows) % 2 == 0
    law = law_of(BOOK, "mssp", table)
    figures: dict[str, Any] = {}
    for step in law.inputs:
        shape = (4, rows) if step.axis else (rows,)
        if step.choice:
            figures[step.key] = (
                random.random(shape) < 0.5
                if step.key in ("starts_within_year", "is_enhanced")
                else np.full(shape, True)
            )
            continue
        if step.unit == "condition":
            figures[step.key] = random.choice((0.0, 1.0, np.nan), shape)
            continue
        low, high = RANGES.get(step.unit, (0.8, 1.2))
        drawn = random.choice(NUMBERS[step.key], shape) if step.key in NUMBERS else random.uniform(low, high, shape)
        edge = {"person-years": 0.0, "fraction": random.choice((0.0, 1.0), shape)}.get(step.unit, drawn)
        column = np.where(random.random(shape) < 0.05, edge, drawn.astype(np.float64))
        figures[step.key] = np.where(lacks & (random.random(shape) < 0.02), np.nan, column)
    situations = [each for each in BOOK.situations() if each.program == law.rules]
    codes = random.integers(len(situations), size=rows)
    return evaluated(law, Situations(BOOK, situations, codes), figures)


def formulas_of(law: Law) -> Iterator[tuple[str, Step, str]]:
    """Every formula of a table by the key of what it gives, its step, and which formula of it it is."""
    for step in law.lines:
        for part in step.trees:
            yield (step.key if part == "formula" else f"{step.key}:{part}"), step, part


class TestEveryTable:
    """What holds for every table of the law."""

    @pytest.mark.parametrize(("program", "table"), FILES)
    def test_it_loads_and_says_what_it_is(self, program: str, table: str) -> None:
        law = law_of(BOOK, program, table)
        assert law.steps
        for step in law.steps:
            if step.text or step.parameter:
                continue
            assert step.label, step.key
            assert step.given or step.cite or step.rule, step.key
            parameters = [BOOK.parameters(each) for each in BOOK.programs]
            assert not step.rule or any(step.rule in each for each in parameters), step.key

    @pytest.mark.parametrize(("program", "table"), FILES)
    def test_words_are_sentences(self, program: str, table: str) -> None:
        """Each line that a worksheet shows has one."""
        shown = table in ("settlement", "benchmark", "settlement_from_benchmark")
        for step in law_of(BOOK, program, table).lines:
            assert step.words.endswith(".") if shown or step.words or step.part else True, step.key

    @pytest.mark.parametrize(("program", "table"), FILES)
    def test_labels_are_those_of_one_line(self, program: str, table: str) -> None:
        lines = [step for step in law_of(BOOK, program, table).lines if step.label]
        labels = [(step.table, step.labeled(member)) for step in lines for member in members(step)]
        assert sorted(labels) == sorted(set(labels))

    @pytest.mark.parametrize(("program", "table"), FILES)
    def test_names_are_those_of_one_step(self, program: str, table: str) -> None:
        law = law_of(BOOK, program, table)
        keys = [step.key for step in law.steps]
        assert len(set(keys)) == len(keys)
        if law.base:
            assert not set(keys) & law.base.known.keys()
        columns = [step.named(member) for step in law.steps for member in members(step)]
        assert len(set(columns)) == len(columns)

    @pytest.mark.parametrize(("program", "table"), FILES)
    def test_every_formula_comes_after_all_that_it_names(self, program: str, table: str) -> None:
        law = law_of(BOOK, program, table)
        place = {formula.key: at for at, formula in enumerate(law.order)}
        assert place.keys() >= {key for key, _, _ in formulas_of(law)}
        for formula in law.order:
            for name in formula.names:
                assert name in law.named, (formula.key, name)
                assert name not in place or place[name] < place[formula.key], (formula.key, name)

    @pytest.mark.parametrize(("program", "table"), FILES)
    def test_rules_are_those_of_the_program(self, program: str, table: str) -> None:
        """A rule that only another program has would be unknown on every row."""
        law = law_of(BOOK, program, table)
        held = {name for each in (law.rules or program, "mssp") for name in BOOK.parameters(each)}
        for formula in law.order:
            assert {name.partition(".")[0] for name in formula.rules} <= held, formula.key

    @pytest.mark.parametrize(("program", "table"), FILES)
    def test_columns_give_what_a_walk_of_each_row_gives(
        self, program: str, table: str, evaluated_rows: Callable[[str, str], list[Row]]
    ) -> None:
        """On every row the figure that the printed formula comes to, and unknown where it is not known."""
        rows, within = evaluated_rows(program, table), 0.0 if table in ("settlement", "notes") else 1e-6
        law = law_of(BOOK, program, table)
        for key, step, part in formulas_of(law):
            for member in members(step):
                tree = plain_tree(law, replace(step, trees={"formula": step.trees[part]}), member)
                for row in rows:
                    number, walked = figure(row, key, step, member), row.value(tree)
                    said = float(CODES[walked]) if isinstance(walked, str) else walked
                    expected = pytest.approx(number, rel=1e-11, abs=within, nan_ok=True)
                    assert said == expected, (key, member, said, number, row.at)

    @pytest.mark.parametrize("table", TABLES["mssp"])
    def test_no_line_is_dead(self, table: str, evaluated_rows: Callable[[str, str], list[Row]]) -> None:
        """Each is known on a twentieth of the rows at least: one that nothing makes known would hide any fault."""
        rows, law = evaluated_rows("mssp", table), law_of(BOOK, "mssp", table)
        dead = []
        for key, step, _ in formulas_of(law):
            known = [not math.isnan(figure(row, key, step, member)) for row in rows for member in members(step)]
            if step.name not in RARE and np.mean(known) <= 1 / 20:
                dead.append(key)
        assert dead == []

    @pytest.mark.parametrize("table", TABLES["mssp"])
    def test_no_input_is_idle(self, table: str) -> None:
        """Each is named by a formula of the program; other inputs would be asked of a roster for nothing."""
        laws = [law_of(BOOK, "mssp", each) for each in TABLES["mssp"]]
        named = {name for law in laws for step in law.steps for tree in step.trees.values() for name in names(tree)}
        named |= {name.rpartition(".")[2] for name in named}
        for step in law_of(BOOK, "mssp", table).inputs:
            assert step.key in named or step.key in IDLE, step.key

    @pytest.mark.parametrize("table", [table for program, table in FILES if program == "pioneer"])
    def test_pioneer_includes_the_lines_of_mssp(self, table: str) -> None:
        own, other = law_of(BOOK, "pioneer", table), law_of(BOOK, "mssp", table)
        assert [(step.key, step.formula, step.when) for step in own.steps] == [
            (step.key, step.formula, step.when) for step in other.steps
        ]

    @pytest.mark.parametrize(
        ("program", "table"),
        [("mssp", "settlement"), ("mssp", "settlement_from_benchmark"), ("mssp", "benchmark"), ("reach", "settlement")],
    )
    def test_every_formula_is_one_of_a_spreadsheet(self, program: str, table: str) -> None:
        """For each member in plain functions, over cells."""
        law = law_of(BOOK, program, table)
        for step in law.lines:
            for member in members(step):
                written = excel_formula(plain_tree(law, step, member), step.unit, lambda _: Cells("A1"))
                assert written.startswith("=")
                assert not OWN & set(re.findall(r"[A-Z_]+", written)), (step.key, written)


def figure(row: Row, key: str, step: Step, member: str) -> float:
    """What columns gave for a formula, which may be another than the step's own."""
    if key == step.key:
        return row.figure(key, member)
    column = np.asarray(row.figures[key], dtype=np.float64)
    column = column[list(AXES[step.axis]).index(member)] if member and column.ndim > 1 else column
    return float(column[..., row.at] if column.ndim else column)


def letters(steps: Iterator[Step]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for step in steps:
        if step.letter:
            found.setdefault(step.letter, set()).add(step.name)
    return found


def test_every_line_of_the_settlement_decides_something(canonical, make_rows) -> None:
    """A condition that is always yes, or an amount that is always zero, is dead."""
    lines = [line.key for line in law_of(BOOK, "mssp").lines]
    settled = settle(canonical(make_rows(77, 6_000, situations=72)), BOOK, lines)
    assert {name for name in lines if settled[name].nunique() < 2} == CONSTANT


def test_letters_are_those_of_cms() -> None:
    assert letters(iter(law_of(BOOK, "mssp").steps)) == CMS_LETTERS
    benchmark = law_of(BOOK, "mssp", "benchmark").steps
    assert letters(step for step in benchmark if step.table == "1") == CMS_LETTERS_1
    assert letters(step for step in benchmark if step.table == "2") == CMS_LETTERS_2
    whole = letters(iter(law_of(BOOK, "mssp", "settlement_from_benchmark").steps))
    assert whole == {**CMS_LETTERS, **REPEATED}


# Lines from outside.

LINE = """
shared_savings:
  formula: >-
    IF(OR(calculable, is_deferred), IF(AND(shares_savings, NOT(is_deferred)), savings * final_sharing_rate / 2, 0),
    NA())
  cite: a proposal of 2027, section 3
"""
NEW = """
rural_bonus:
  after: shared_savings
  label: Rural bonus
  unit: USD
  formula: IF(low_revenue = 1, shared_savings * 0.1, 0)
  cite: a proposal of 2027, section 4
  words: A tenth on top for low-revenue ACOs.
"""
EARNS: dict[str, Any] = {
    **{"performance_year": 2014, "track": "track-1", "benchmark_total": 100e6, "expenditure_total": 96e6},
    **{"assigned_beneficiaries": 60_000, "quality_score": 1.0},
}


def folder_with(tmp_path: Path, text: str, file: str = "mssp/settlement.yaml") -> Path:
    """A folder of rules with a file of lines."""
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return tmp_path


def over(*folders: Path) -> RuleBook:
    """A rule book whose law has the lines of folders over its own."""
    return BOOK.with_lines(lines_in_folders(folders, list(BOOK.programs)))


class TestLinesFromOutside:
    """A folder or a scenario replaces lines by name, and adds new ones."""

    def test_a_rule_book_takes_a_folder_with_lines(self, tmp_path: Path, canonical) -> None:
        """Beside a parameter, as a folder of rules has them."""
        folder = folder_with(tmp_path, LINE)
        value = {"years": "2012-2014", "value": 0.04, "status": "assumed", "cite": "made up"}
        content = {"label": "Sequestration", "unit": "fraction", "values": [value]}
        folder_with(tmp_path, yaml.safe_dump(content), "mssp/sequestration.yaml")
        settled = settle(canonical([EARNS]), RuleBook([folder]), ("shared_savings", "settlement"))
        assert settled.iloc[0].tolist() == pytest.approx([1e6, 0.96e6])

    def test_half_the_shared_savings_are_half_the_payments(self, tmp_path: Path, canonical, make_rows) -> None:
        frame = canonical(make_rows(8, 600, situations=40)).drop(columns=["payment_limit", "advance_balance"])
        book = over(folder_with(tmp_path, LINE))
        names = ("outcome", "shared_savings", "sequestration", "payment_limit", "earned_payment", "owed_repayment")
        before, after = settle(frame, BOOK, names), settle(frame, book, names)
        np.testing.assert_array_equal(after["shared_savings"], before["shared_savings"] / 2)
        below = before["shared_savings"] < before["payment_limit"]
        paid = before["earned_payment"] > 0
        np.testing.assert_allclose(after["earned_payment"][below], before["earned_payment"][below] / 2, rtol=1e-12)
        assert (below & paid).sum() > 20
        assert (after["outcome"] == before["outcome"]).all()
        np.testing.assert_array_equal(after["owed_repayment"], before["owed_repayment"])

    def test_the_packaged_law_stays_as_it_is(self, tmp_path: Path, canonical) -> None:
        assert settle(canonical([EARNS]), over(folder_with(tmp_path, LINE)), ("settlement",))["settlement"][0] == 0.98e6
        assert settle(canonical([EARNS]), BOOK, ("settlement",))["settlement"][0] == 1.96e6

    def test_what_the_new_line_does_not_say_stays_but_for_the_citation(self, tmp_path: Path) -> None:
        before = law_of(BOOK, "mssp")["shared_savings"]
        after = law_of(over(folder_with(tmp_path, LINE)), "mssp")["shared_savings"]
        assert (after.label, after.letter, after.unit, after.words) == (
            before.label,
            before.letter,
            before.unit,
            before.words,
        )
        assert after.cite == "a proposal of 2027, section 3"
        assert after.formula != before.formula

    def test_a_word_alone_may_be_changed(self, tmp_path: Path) -> None:
        law = law_of(over(folder_with(tmp_path, "shared_savings: {label: Shared savings (proposed)}")), "mssp")
        before = law_of(BOOK, "mssp")["shared_savings"]
        assert law["shared_savings"].label == "Shared savings (proposed)"
        assert (law["shared_savings"].formula, law["shared_savings"].cite) == (before.formula, before.cite)

    def test_worksheets_show_the_formula_and_its_citation(self, tmp_path: Path, canonical) -> None:
        entries = {entry.line: entry for entry in worksheet(canonical([EARNS]), over(folder_with(tmp_path, LINE)))}
        entry = entries["shared_savings"]
        assert entry.citation == "a proposal of 2027, section 3"
        assert "/ 2" in entry.formula
        assert entry.shown == "$1,000,000.00"

    def test_a_line_of_a_rule_may_become_one_with_a_citation(self, tmp_path: Path, canonical) -> None:
        """And is then no longer said to stand where the rule does."""
        text = "payment_limit: {formula: 0.01 * benchmark_total, cite: a proposal}"
        book = over(folder_with(tmp_path, text))
        entries = {entry.line: entry for entry in worksheet(canonical([EARNS]), book)}
        assert entries["payment_limit"].citation == "a proposal"
        assert settle(canonical([EARNS]), book, ("earned_payment",))["earned_payment"][0] == 1e6

    def test_an_input_may_become_a_line(self, tmp_path: Path, canonical) -> None:
        text = "quality_score: {formula: '0.5', cite: a proposal, words: Half.}"
        book = over(folder_with(tmp_path, text))
        assert settle(canonical([EARNS]), book, ("settlement",))["settlement"][0] == 0.98e6

    def test_a_new_line_stands_after_the_one_it_names(self, tmp_path: Path, canonical) -> None:
        book = over(folder_with(tmp_path, NEW))
        keys = [step.key for step in law_of(book, "mssp").steps]
        assert keys[keys.index("shared_savings") + 1] == "rural_bonus"
        frame = canonical([{**EARNS, "low_revenue": True}, {**EARNS, "low_revenue": False}])
        assert settle(frame, book, ("rural_bonus",))["rural_bonus"].tolist() == [200_000, 0]
        assert [entry.shown for entry in worksheet(frame.iloc[:1], book) if entry.line == "rural_bonus"] == [
            "$200,000.00"
        ]

    def test_lines_of_one_file_may_name_new_ones_of_it(self, tmp_path: Path, canonical) -> None:
        more = "earned_payment: {formula: shared_savings + rural_bonus, cite: a proposal}"
        book = over(folder_with(tmp_path, NEW + more))
        settled = settle(canonical([{**EARNS, "low_revenue": True}]), book, ("settlement",))
        assert settled["settlement"][0] == 2.2e6

    def test_a_later_folder_goes_over_an_earlier_one(self, tmp_path: Path, canonical) -> None:
        first = folder_with(tmp_path / "first", NEW)
        second = folder_with(tmp_path / "second", "rural_bonus: {formula: '7', cite: another proposal}")
        settled = settle(canonical([EARNS]), over(first, second), ("rural_bonus",))
        assert settled["rural_bonus"].tolist() == [7]

    def test_further_tables_follow(self, tmp_path: Path, canonical) -> None:
        """The waterfall, the notes and the settlement from a benchmark rest on the lines as they are changed."""
        book = over(folder_with(tmp_path, LINE))
        steps = waterfall(canonical([EARNS]), book).amounts.iloc[0]
        assert steps["sequestered"] == pytest.approx(-20_000)
        for table in ("notes", "distances", "settlement_from_benchmark"):
            assert "/ 2" in law_of(book, "mssp", table)["shared_savings"].formula, table

    def test_a_benchmark_may_be_changed_too(self, tmp_path: Path) -> None:
        text = "national_trend: {formula: '1', cite: a proposal, by: [period, type], periods: [by1, by2]}"
        law = law_of(over(folder_with(tmp_path, text, "mssp/benchmark.yaml")), "mssp", "benchmark")
        assert [law[f"national_trend[{period}]"].formula for period in ("by1", "by2")] == ["1", "1"]
        assert law["national_trend[by1]"].label == "National trend"

    def test_one_period_of_a_line_may_be_changed(self, tmp_path: Path) -> None:
        text = "'national_trend[by1]': {formula: '1', cite: a proposal, by: [period, type]}"
        law = law_of(over(folder_with(tmp_path, text, "mssp/benchmark.yaml")), "mssp", "benchmark")
        assert law["national_trend[by1]"].formula == "1"
        assert law["national_trend[by2]"].formula == law_of(BOOK, "mssp", "benchmark")["national_trend[by2]"].formula

    def test_a_line_by_type_stays_one(self, tmp_path: Path) -> None:
        """Of a line that has members and periods only the formula need be given."""
        text = "regional_trend: {formula: 'regional[by3] / regional * 1', cite: a proposal}"
        law = law_of(over(folder_with(tmp_path, text, "mssp/benchmark.yaml")), "mssp", "benchmark")
        assert [law[f"regional_trend[{period}]"].axis for period in ("by1", "by2")] == ["type", "type"]

    def test_the_lines_of_another_program_stay(self, tmp_path: Path) -> None:
        book = over(folder_with(tmp_path, LINE))
        assert law_of(book, "pioneer")["shared_savings"].formula == law_of(BOOK, "mssp")["shared_savings"].formula

    def test_a_scenario_brings_lines_over_those_of_folders(self, tmp_path: Path, canonical) -> None:
        book = over(folder_with(tmp_path, NEW))
        entry = {"formula": "12", "cite": "a scenario"}
        file = tmp_path / "generous.yaml"
        file.write_text(f"name: generous\nlines:\n  rural_bonus: {entry}\n", encoding="utf-8")
        settled = settle(canonical([EARNS]), self.with_scenario(book, file), ("rural_bonus",))
        assert settled["rural_bonus"].tolist() == [12]
        file.write_text(f"name: generous\nlines:\n  rural_bouns: {entry}\n", encoding="utf-8")
        place = re.escape(f"{file}: lines: rural_bouns, line 3: rural_bouns is a new line")
        with pytest.raises(RulesError, match=rf"^{place} .*did you mean rural_bonus\?"):
            law_of(self.with_scenario(book, file), "mssp")

    @staticmethod
    def with_scenario(book: RuleBook, file: Path) -> RuleBook:
        scenario, *_ = read_scenarios(file)
        return book.with_lines(lines_of_scenario(scenario.lines, file, scenario.place))

    def test_an_edited_file_is_read_again(self, tmp_path: Path, canonical) -> None:
        """As in a notebook: the folder is edited and given again in the same process."""
        frame = canonical([EARNS])
        for text, payment in ((LINE, 0.98e6), (LINE.replace("/ 2", "/ 4"), 0.49e6)):
            book = over(folder_with(tmp_path, text))
            assert settle(frame, book, ("settlement",))["settlement"][0] == payment


FAULTS: Mapping[str, tuple[str, int, str]] = {
    "misspelled name": (
        "shared_savings:\n  formula: savigns * final_sharing_rate\n  cite: a proposal\n",
        2,
        "unknown name savigns; did you mean savings?",
    ),
    "unknown function": (
        "# a comment\nshared_savings:\n  formula: MXA(savings, 0)\n  cite: a proposal\n",
        3,
        "unknown function MXA; did you mean MAX?",
    ),
    "wrong arity": (
        "shared_savings: {formula: 'IF(savings > 0, savings)', cite: a proposal}\n",
        1,
        "IF takes 3 arguments, found 2",
    ),
    "not a formula": ("shared_savings: {formula: savings +, cite: a proposal}\n", 1, "'savings +' is not a formula"),
    **{
        f"{sign} that is none": (
            f"shared_savings: {{formula: 'savings {sign}', cite: a proposal}}\n",
            1,
            "is not a formula",
        )
        for sign in ("{", "}", "{0}", "{x}", "{period.real}")
    },
    "wrong unit of operands": (
        "\n\nshared_savings: {formula: savings + msr, cite: a proposal}\n",
        3,
        "USD and number do not go together, in formula savings + msr",
    ),
    "wrong unit of the result": (
        "shared_savings: {formula: savings / benchmark_total, cite: a proposal}\n",
        1,
        "its unit is USD, but savings / benchmark_total gives number",
    ),
    "unknown unit": ("shared_savings: {unit: dollars}\n", 1, "unknown unit 'dollars'"),
    "later reference": (
        "savings: {formula: benchmark_total - earned_payment, cite: a proposal}\n",
        1,
        "earned_payment stands below it; a line names only what stands above",
    ),
    "reference to itself": (
        "savings: {formula: savings * 2, cite: a proposal}\n",
        1,
        "a circular reference: savings -> savings",
    ),
    "circular reference": (
        "savings: {formula: benchmark_total - earned_payment, later: [earned_payment], cite: a proposal}\n",
        1,
        "a circular reference: savings -> ",
    ),
    "no citation": (
        "savings: {formula: benchmark_total * 2}\n",
        1,
        "a line without citation: it names its source (cite) or its rule (rule)",
    ),
    "unknown key": ("savings: {fromula: benchmark_total * 2}\n", 1, "unknown key 'fromula'; did you mean formula?"),
    "unknown rule": (
        "payment_limit: {formula: rules.payment_limits * benchmark_total, cite: a proposal}\n",
        1,
        "unknown rule payment_limits; did you mean payment_limit?",
    ),
    "unknown rule as source": (
        "payment_limit: {formula: 0.1 * benchmark_total, rule: payment_limits}\n",
        1,
        "unknown rule payment_limits; did you mean payment_limit?",
    ),
    "letter given twice": ("savings_rate: {letter: V}\n", 1, "letter V is that of shared_savings"),
    "new line without after": (
        "rural_bonus: {label: Rural bonus, unit: USD, formula: savings * 0.1, cite: a proposal}\n",
        1,
        "rural_bonus is a new line and must say after which line it stands (after: NAME)",
    ),
    "new line after none that exists": (
        NEW.replace("after: shared_savings", "after: shared_savigns"),
        3,
        "did you mean shared_savings?",
    ),
    "misspelled line": (
        "shared_savigns: {formula: savings * 2, cite: a proposal}\n",
        1,
        "must say after which line it stands (after: NAME); did you mean shared_savings?",
    ),
    "unknown condition in AND": (
        "has_guardrail: {formula: 'AND(guardrail, savings > 0)', cite: a proposal}\n",
        1,
        "guardrail may be unknown: in AND ask for guardrail = 1",
    ),
    "unknown condition in OR": (
        "has_guardrail: {formula: 'OR(savings > 0, guardrail)', cite: a proposal}\n",
        1,
        "guardrail may be unknown: in OR ask for guardrail = 1",
    ),
    "unknown condition in NOT": (
        "has_guardrail: {formula: NOT(guardrail), cite: a proposal}\n",
        1,
        "guardrail may be unknown: in NOT ask for guardrail = 1",
    ),
    "no mapping": (
        "savings: 12\n",
        1,
        "a line has a name in small letters, and label, unit, formula and cite below it",
    ),
    "name in capitals": ("Savings: {label: x}\n", 1, "a line has a name in small letters"),
    "list as a formula": ("savings: {formula: [a, b], cite: a proposal}\n", 1, "formula cannot be ['a', 'b']"),
    "word as a truth value": ("savings: {choice: perhaps}\n", 1, "choice cannot be 'perhaps'"),
    "unknown axis": ("savings: {by: [types]}\n", 1, "types"),
}


class TestFaults:
    """Each is refused with the file, the number of the line, and what is wrong."""

    @pytest.mark.parametrize("fault", FAULTS)
    def test_a_fault_is_told_with_its_place(self, fault: str, tmp_path: Path) -> None:
        text, number, message = FAULTS[fault]
        book = over(folder_with(tmp_path, text))
        with pytest.raises(RulesError) as refused:
            law_of(book, "mssp")
        told = str(refused.value)
        assert message in told
        assert str(tmp_path / "mssp" / "settlement.yaml") in told
        assert told.startswith(f"{tmp_path / 'mssp' / 'settlement.yaml'}: ")
        assert f", line {number}: " in told

    @pytest.mark.parametrize("fault", FAULTS)
    def test_it_is_told_by_settle(self, fault: str, tmp_path: Path, canonical) -> None:
        """Before anything is computed, whatever is asked for."""
        book = over(folder_with(tmp_path, FAULTS[fault][0]))
        with pytest.raises(RulesError):
            settle(canonical([EARNS]), book, ("benchmark_total", "is_two_sided"))

    def test_figures_by_type_in_a_line_that_is_not_by_type(self, tmp_path: Path) -> None:
        text = "part_of_year: {formula: 'IF(share[by3] > 0, 1, 0)', cite: a proposal}\n"
        with pytest.raises(RulesError, match=r"of_year: formula, line 1: share\[by3\] is by type, which"):
            law_of(over(folder_with(tmp_path, text, "mssp/benchmark.yaml")), "mssp", "benchmark")

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("savings: {formula: ", "cannot be read as YAML"),
            ("- savings\n", "settlement.yaml"),
            ("", "settlement.yaml"),
        ],
    )
    def test_a_file_that_holds_no_lines_is_refused_by_name(self, tmp_path: Path, text: str, message: str) -> None:
        with pytest.raises(RulesError, match=message) as refused:
            law_of(over(folder_with(tmp_path, text)), "mssp")
        assert "expected a mapping with label, unit and values" not in str(refused.value), "it is no parameter"

    @pytest.mark.parametrize("rows", [1, 3])
    def test_a_list_of_the_rules_is_no_column(self, rows: int, tmp_path: Path, canonical) -> None:
        """As many rows as it has values were settled by one of them each."""
        text = "shared_savings: {formula: rules.loss_limit.benchmark * savings, cite: a proposal}"
        frame = canonical([{**EARNS, "track": "track-2"}] * rows)
        told = r"^loss_limit\.yaml: expected a number for loss_limit\.benchmark, found \{5%, 7\.5%, 10%\}$"
        with pytest.raises(RulesError, match=told):
            settle(frame, over(folder_with(tmp_path, text)), ("shared_savings",))

    def test_a_change_that_breaks_a_further_table_is_told(self, tmp_path: Path, canonical) -> None:
        """A line that notes or distances name must stay what they take it for."""
        text = "calculable: {formula: 'IF(ISNUMBER(savings), guardrail, 0)', cite: a proposal}"
        with pytest.raises(RulesError, match="may be unknown"):
            settle(canonical([EARNS]), over(folder_with(tmp_path, text)), ("notes",))


def test_every_rule_of_the_settlement_is_one_that_a_line_takes() -> None:
    """A parameter that no line names would be listed and changed without any effect.

    Rows find their era by its dates, and simulations draw from the deviation.
    """
    tables = [law_of(BOOK, "mssp", table) for table in TABLES["mssp"]]
    trees = [tree for law in tables for step in law.steps for tree in step.trees.values()]
    named = {node.name.partition(".")[0] for tree in trees for node in walk(tree) if type(node).__name__ == "Rule"}
    for program in ("mssp", "mssp-benchmark"):
        assert set(BOOK.parameters(program)) - named <= {"era", "savings_rate_deviation"}, program
