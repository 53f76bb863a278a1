"""What the reader of workbooks does not tell about cells: errors, formulas without a value, and number formats.

The parts of an XLSX file (ECMA-376) are looked through once before they are read, and their checksums verified.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.problems import damaged
from aco_cli.inputs.source import UNREADABLE
from aco_cli.inputs.unpack import check_parts, most_cells

# LookupError is for an encoding that there is not.
_DAMAGED = (*UNREADABLE, ParseError, ExpatError, LookupError)
_STYLES = "xl/styles.xml"
_TEXTS = "xl/sharedStrings.xml"
_PERCENT_FORMATS = {"9", "10"}  # built in: 0% and 0.00%
# Colors, conditions and locales, spaces as wide as a sign, fill signs: nothing that is read.
_DRESSING = re.compile(r"\[[^\]]*\]|_.|\*.|\\ ")
_ID = re.compile(r'(?:"([^"]*)"|\\?([A-Za-z]))?(0+|#|General)')
_UNIT = re.compile(r'(?:"[\s(]*|\\)(?:[KMB]|MM|mn|bn|thousand|million|billion)s?\b|[0#]"[\s(]*000', re.IGNORECASE)
_MOST_MERGED = 100_000
_CELL = re.compile(r"([A-Z]+)([0-9]+)")


@dataclass(frozen=True)
class NumberFormat:
    """How a number is shown: as a percentage, or with leading zeros to so many digits and a prefix."""

    is_percent: bool = False
    has_unit: bool = False
    prefix: str = ""
    digits: int = 0


@dataclass
class SpecialCells:
    """Of a sheet: cells that hold no value, by place and row number; and cells whose number format matters."""

    faults: dict[int, dict[int, str]] = field(default_factory=dict)
    formats: dict[tuple[int, int], NumberFormat] = field(default_factory=dict)
    hidden_rows: int = 0


@dataclass(frozen=True)
class WorkbookParts:
    """The parts of an XLSX file: the sheets by name, and the formats by the number that cells give."""

    file: str
    archive: ZipFile
    sheets: Mapping[str, str]
    formats: Mapping[str, NumberFormat]
    has_superscripts: bool

    @classmethod
    def of(cls, file: str, data: bytes) -> "WorkbookParts | None":
        """The parts of a workbook; None for one of another kind. Raises InputError for one that is damaged."""
        try:
            archive = ZipFile(io.BytesIO(data))
            if "xl/workbook.xml" not in archive.namelist():
                return None
            held = archive.infolist()
            if len({each.filename.lower() for each in held}) < len(held):
                raise BadZipFile("a part that is there twice")
            check_parts(file, len(data), sum(each.file_size for each in held))
            if bad := archive.testzip():
                raise BadZipFile(f"wrong checksum of {bad}")
            texts = archive.read(_TEXTS) if _TEXTS in archive.namelist() else b""
            if texts:  # a reader that is lenient would mistake one text for another
                ParserCreate(namespace_separator="}").Parse(texts, True)
            has_superscripts = b'vertAlign val="superscript"' in texts
            return cls(file, archive, dict(_sheets(archive)), dict(_formats(archive)), has_superscripts)
        except _DAMAGED as error:
            raise damaged(file, "XLSX", error) from None

    def special_cells(self, title: str) -> SpecialCells:
        """The cells of a sheet that hold no value or whose format matters. Raises InputError for a sheet too large."""
        found, last, most = SpecialCells(), (0, 0), most_cells()
        merged: list[str] = []
        try:
            for row, place, cell in self._cells(title, found, merged):
                if row > last[0] or place >= last[1]:
                    last = max(last[0], row), max(last[1], place + 1)
                    if last[0] * last[1] > most:
                        raise self._too_large(title, cell.get("r", ""), last)
                if not self._is_plain(cell):
                    self._note(found, row, place, cell)
        except _DAMAGED as error:
            raise damaged(self.file, "XLSX", error) from None
        for reference in merged:
            self._note_merged(found, title, reference, last)
        return found

    def _cells(self, title: str, found: SpecialCells, merged: list[str]) -> Iterator[tuple[int, int, Element]]:
        """Each cell of a sheet with the number of its row and its place; one that does not say where it is follows.

        Ranges that are `merged` are collected on the way.
        """
        row, rows = 0, set[int]()
        with self.archive.open(self.sheets[title]) as part:
            for _, element in iterparse(part):  # noqa: S314 (expat bounds what entities expand to)
                name = _name(element.tag)
                if name == "mergeCell":
                    merged.append(element.get("ref", ""))
                if name != "row":
                    continue
                row, place = int(element.get("r", row + 1)), -1
                found.hidden_rows += element.get("hidden") in ("1", "true") and len(element) > 0
                if row in rows:
                    raise BadZipFile(f"row {row} of sheet {title} twice")
                rows.add(row)
                places = set[int]()
                for cell in element:
                    said = _CELL.fullmatch(cell.get("r", "").upper())
                    place = _column(said[1]) if said else place + 1
                    if place in places or (said and int(said[2]) != row):
                        where = "twice" if place in places else f"in row {row}"
                        raise BadZipFile(f"cell {said[0] if said else place + 1} of sheet {title} {where}")
                    places.add(place)
                    yield row, place, cell
                element.clear()

    def _is_plain(self, cell: Element) -> bool:
        """Whether a cell is a number or a text and no more, as most are."""
        if len(cell) != 1 or _name(cell[0].tag) != "v":
            return False
        if cell.get("t") == "s":
            return (cell[0].text or "0").isdecimal()
        return cell.get("t", "n") == "n" and cell.get("s", "") not in self.formats

    def _note(self, found: SpecialCells, row: int, place: int, cell: Element) -> None:
        held = {_name(each.tag): each.text for each in cell}
        if len(held) < len(cell):
            found.faults.setdefault(place, {})[row] = "a cell that says more than one thing"
        elif cell.get("t") == "e":
            found.faults.setdefault(place, {})[row] = f"{held.get('v')}, an error of the spreadsheet"
        elif cell.get("t") == "s" and not (held.get("v") or "0").isdecimal():
            found.faults.setdefault(place, {})[row] = f"text number {held['v']} of the workbook, which is none"
        elif "f" in held and held.get("v") is None and "is" not in held and cell.get("t") != "str":
            found.faults.setdefault(place, {})[row] = f"a formula without a stored value (={held['f'] or '...'})"
        elif (form := self.formats.get(cell.get("s", ""))) and cell.get("t", "n") == "n" and held.get("v"):
            if form.has_unit:
                found.faults.setdefault(place, {})[row] = f"{held['v']} that is shown with a unit such as M"
            else:
                found.formats[row, place] = form

    def _too_large(self, title: str, cell: str, last: tuple[int, int]) -> InputError:
        found = f"cells up to {cell or last} in sheet {title}, {last[0] * last[1]:,} cells with the blank ones"
        expected = f"a sheet of at most {most_cells():,} cells"
        fix = "delete what stands far from the table, or save it as CSV"
        return InputError([Problem(self.file, expected, found, fix=fix)])

    def _note_merged(self, found: SpecialCells, title: str, reference: str, last: tuple[int, int]) -> None:
        """The cells of a merged range but for the first, up to the last row and column: what they hold is not said."""
        corners = [_CELL.fullmatch(each) for each in reference.split(":")]
        if len(corners) != 2 or not all(corners):
            return
        (left, top), (right, bottom) = ((_column(each[1]), int(each[2])) for each in corners if each)
        places, rows = range(left, min(right + 1, last[1])), range(top, min(bottom, last[0]) + 1)
        if len(places) * len(rows) > _MOST_MERGED:
            expected = f"at most {_MOST_MERGED:,} cells in one merged range"
            raise InputError([Problem(self.file, expected, f"{reference} in sheet {title}", fix="unmerge it")])
        for place in places:
            for row in rows:
                if (place, row) != (left, top):
                    found.faults.setdefault(place, {})[row] = f"a part of the merged cells {reference}"


@lru_cache
def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


@lru_cache(1_000)
def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - 64
    return place - 1


def _elements(archive: ZipFile, part: str, *names: str) -> Iterator[Element]:
    if part in archive.namelist():
        with archive.open(part) as content:
            events = iterparse(content)  # noqa: S314 (as above)
            yield from (element for _, element in events if _name(element.tag) in names)


def _sheets(archive: ZipFile) -> Iterator[tuple[str, str]]:
    """The name of each sheet and the part it is in."""
    relations = _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
    targets: dict[Any, str] = {each.get("Id"): each.get("Target", "") for each in relations}
    for sheet in _elements(archive, "xl/workbook.xml", "sheet"):
        ids = (value for key, value in sheet.items() if key.endswith("}id"))
        target = targets.get(next(ids, None), "")
        yield sheet.get("name", ""), target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _formats(archive: ZipFile) -> Iterator[tuple[str, NumberFormat]]:
    """The formats that matter by the number of the cell style."""
    codes = {each.get("numFmtId"): each.get("formatCode", "") for each in _elements(archive, _STYLES, "numFmt")}
    for styles in _elements(archive, _STYLES, "cellXfs"):
        for number, style in enumerate(styles):
            which = style.get("numFmtId", "")
            if form := _format(which, codes.get(which, "")):
                yield str(number), form


def _format(number: str, code: str) -> NumberFormat | None:
    if number in _PERCENT_FORMATS or "%" in re.sub(r'"[^"]*"|\\.', "", code):
        return NumberFormat(is_percent=True)
    shown = _DRESSING.sub("", code.partition(";")[0])
    if _UNIT.search(shown) and not re.search(r"[0#],+(?![0#])", shown):
        return NumberFormat(has_unit=True)
    found = _ID.fullmatch(shown)
    prefix, digits = (found[1] or found[2] or "", found[3]) if found else ("", "")
    if prefix or (len(digits) > 1 and digits.startswith("0")):
        return NumberFormat(prefix=prefix, digits=len(digits) if digits.startswith("0") else 0)
    return None
