"""From a file to its sheets, of whatever kind it is."""

from __future__ import annotations

import pandas as pd
import pytest

from aco_cli.errors import InputError
from aco_cli.inputs.sheets import open_sheets
from aco_cli.inputs.source import FrameFile, SheetFile


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"a,b\n1,2\n", "text"), (b'[{"a": 1}]', "JSON"), (b"PAR1", "Parquet")],
)
def test_only_workbooks_have_sheets(write, content: bytes, kind: str) -> None:
    file = write(content)
    with pytest.raises(InputError) as refused:
        open_sheets(SheetFile(file, "North"))
    assert str(refused.value) == f"{file}: expected a workbook with a sheet 'North', found {kind}: no sheets"


def test_files_of_every_kind_are_opened(write, xlsx) -> None:
    rows = "<sheetData><row><c t='str'><v>a</v></c></row><row><c><v>1</v></c></row></sheetData>"
    frame = pd.DataFrame({"a": [1]})
    frame.to_parquet(parquet := write(b"", "r.parquet"))
    files = [write("a,\n1,\n"), write('[{"a": 1}]', "r.json"), parquet, write(xlsx(rows), "r.xlsx"), FrameFile(frame)]
    assert [[each.top[0][0] for each in open_sheets(file)] for file in files] == [["a"]] * 5
    assert [sheet.title for sheet in open_sheets(SheetFile(files[3], "s"))] == ["S"]
