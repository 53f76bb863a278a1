from __future__ import annotations

from aco_cli.inputs.remarks import Remark


def test_a_remark_is_a_warning_unless_it_is_a_note() -> None:
    assert (Remark("x"), Remark("x").code, Remark("x").is_note) == ("x", "input", False)
    assert Remark("x", "sheet", is_note=True).is_note
