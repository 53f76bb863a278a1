from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr
from zipfile import ZipFile

import pytest

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.load import Loaded, load
from aco_cli.inputs.years import Years

HEADER = "aco_id,program,track,assigned_beneficiaries,benchmark_total,expenditure_total"
ROW = "A1,mssp,track-1,10000,100000000,90000000"

Write = Callable[..., str]
Problems = Callable[..., tuple[Problem, ...]]
Load = Callable[..., Loaded]
Xlsx = Callable[..., bytes]

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes text or bytes to a file and gives its path."""

    def to_file(content: str | bytes, name: str = "r.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return to_file


@pytest.fixture
def load_year() -> Load:
    """Loads files for one year or more."""

    def of(*files: str, years: str = "2014", **options: object) -> Loaded:
        return load(files, Years.parse(years), **options)  # type: ignore[arg-type]

    return of


@pytest.fixture
def problems_of(load_year: Load) -> Problems:
    """The problems for which files are refused."""

    def of(*files: str, **options: object) -> tuple[Problem, ...]:
        with pytest.raises(InputError) as caught:
            load_year(*files, **options)
        return caught.value.problems

    return of


@pytest.fixture
def roster(write: Write) -> Write:
    """Writes a roster of one good row with further columns: `roster(quality_score="0.9")`."""

    def to_file(*, name: str = "r.csv", **cells: str) -> str:
        base = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | cells
        quoted = ['"' + cell.replace('"', '""') + '"' for cell in base.values()]
        return write(",".join(base) + "\n" + ",".join(quoted) + "\n", name)

    return to_file


@pytest.fixture(scope="session")
def xlsx() -> Xlsx:
    """The bytes of a workbook of one sheet S, whose XML below `worksheet` is given.

    Cell style 0 is plain; the next are the `formats`, given by code or by the number of one that is built in. `parts`
    are further ones, or others in the place of these.
    """

    def of(sheet: str, formats: Sequence[str | int] = (), **parts: str) -> bytes:
        codes = {number: code for number, code in enumerate(formats, start=164) if isinstance(code, str)}
        listed = "".join(f"<numFmt numFmtId='{key}' formatCode={quoteattr(code)}/>" for key, code in codes.items())
        used = [0, *(number if isinstance(number, int) else at for at, number in enumerate(formats, start=164))]
        styles = "".join(f"<xf numFmtId='{number}'/>" for number in used)
        target = parts.pop("target", "worksheets/sheet1.xml")
        held = {
            "_rels/.rels": f"<Relationships xmlns='{_PACKAGE}/relationships'><Relationship Id='rId1'"
            f" Target='xl/workbook.xml' Type='{_LINKS}/officeDocument'/></Relationships>",
            "xl/workbook.xml": f"<workbook {_MAIN} xmlns:r='{_LINKS}'><sheets>"
            "<sheet name='S' sheetId='1' r:id='rId1'/></sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{_PACKAGE}/relationships'><Relationship Id='rId1'"
            f" Target='{target}' Type='{_LINKS}/worksheet'/></Relationships>",
            "xl/worksheets/sheet1.xml": f"<worksheet {_MAIN}>{sheet}</worksheet>",
            "xl/styles.xml": f"<styleSheet {_MAIN}><numFmts>{listed}</numFmts><cellXfs>{styles}</cellXfs></styleSheet>",
            **{f"xl/{name}.xml": content for name, content in parts.items()},
        }
        data = io.BytesIO()
        with ZipFile(data, "w") as archive:
            for name, content in held.items():
                archive.writestr(name, content)
        return data.getvalue()

    return of
