"""Formulas of lines as formulas of a spreadsheet: conditions, what is not known, and rules that do not apply."""

from __future__ import annotations

import pytest

from aco_cli.engine.lines.parse import parse
from aco_cli.engine.lines.tree import Name, Rule
from aco_cli.outputs.workbook.excel import NOTHING, Cells, excel_formula

PLACES = {
    "a": Cells("C1"),
    "b": Cells("C2"),
    "rules.limit": Cells("Parameters!$F$4"),
    "rules.steps": Cells("Parameters!$F$5:$F$7", rows=3),
    "rules.two": Cells("Parameters!$F$8:$F$9", rows=2),
    "rules.absent": None,
    "other.a": Cells("D9"),
}


def place(leaf: Name | Rule) -> Cells | None:
    return PLACES[f"rules.{leaf.name}" if isinstance(leaf, Rule) else leaf.name]


@pytest.mark.parametrize(
    ("formula", "unit", "written"),
    [
        # what is not known is a text: sums with it fail, which is caught
        ("a-b", "USD", '=IFERROR(C1 - C2, "-")'),
        ("(a+b)*a", "USD", '=IFERROR((C1 + C2) * C1, "-")'),
        ("rules.limit*a", "USD", '=IFERROR(Parameters!$F$4 * C1, "-")'),
        ("other.a", "USD", '=IFERROR(D9, "-")'),
        # comparisons and MIN do not fail on it
        ("a>0", "condition", "=N(AND(COUNT(C1) = 1, C1 > 0))"),
        ("AND(a>0,a>=b)", "condition", "=N(AND(COUNT(C1, C2) = 2, C1 > 0, C1 >= C2))"),
        ("AND(b,a>0)", "condition", "=N(AND(COUNT(C1) = 1, C2, C1 > 0))"),
        ("-a>=b", "condition", "=N(IF(COUNT(C1, C2) = 2, -C1 >= C2, FALSE))"),
        ("NOT(a<b)", "condition", "=N(NOT(AND(COUNT(C1, C2) = 2, C1 < C2)))"),
        ("a=1", "condition", "=N(C1 = 1)"),
        ("MIN(a,b+1)", "USD", '=IFERROR(MIN(0 + C1, C2 + 1), "-")'),
        ("IFERROR(a,0)", "USD", '=IFERROR(IFERROR(0 + C1, 0), "-")'),
        ("IFERROR(IF(a=1,b,a),0)", "USD", '=IFERROR(IFERROR(0 + IF(C1 = 1, C2, C1), 0), "-")'),
        # a condition that may be unknown
        ("IF(ISNUMBER(a),a,NA())", "condition", '=IFERROR(N(IF(ISNUMBER(C1), C1, NA())), "-")'),
        # texts
        ('rules.limit="fixed"', "condition", '=N(Parameters!$F$4 = "fixed")'),
        ('IF(a<>b,"yes","no")', "outcome", '=IFERROR(IF(AND(COUNT(C1, C2) = 2, C1 <> C2), "yes", "no"), "-")'),
        # lists
        ("INDEX(rules.steps,a)", "fraction", '=IFERROR(INDEX(Parameters!$F$5:$F$7, C1), "-")'),
        (
            "NTH(rules.steps,a)",
            "fraction",
            '=IFERROR(INDEX(Parameters!$F$5:$F$7, MAX(1, MIN(ROWS(Parameters!$F$5:$F$7), 0 + C1))), "-")',
        ),
        (
            "CORRIDORS(a,b,rules.two,rules.two)",
            "USD",
            "=IFERROR(INDEX(Parameters!$F$8:$F$9, 1) * MAX(MIN(0 + C1, INDEX(Parameters!$F$8:$F$9, 2) * C2) - "
            "INDEX(Parameters!$F$8:$F$9, 1) * C2, 0) + INDEX(Parameters!$F$8:$F$9, 2) * MAX(C1 - "
            'INDEX(Parameters!$F$8:$F$9, 2) * C2, 0), "-")',
        ),
        ("CORRIDORS(a,b,rules.absent,rules.two)", "USD", '=IFERROR(NA(), "-")'),
        ("NTH(rules.limit,a)", "fraction", '=IFERROR(Parameters!$F$4, "-")'),
        # a rule that does not apply is no number and compares with nothing
        ("IF(ISNUMBER(rules.absent),a,b)", "USD", '=IFERROR(C2, "-")'),
        ('rules.absent="fixed"', "condition", "=N(0)"),
        ("IF(a>rules.absent,a,b)", "USD", '=IFERROR(C2, "-")'),
        ("rules.absent", "fraction", '=IFERROR(NA(), "-")'),
        # numbers without exponents
        ("a+0.00005", "USD", '=IFERROR(C1 + 0.00005, "-")'),
    ],
)
def test_formula(formula: str, unit: str, written: str) -> None:
    assert excel_formula(parse(formula), unit, place) == written.replace('"-"', f'"{NOTHING}"')
