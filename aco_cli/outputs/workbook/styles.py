"""How cells look: number formats by unit, and the few kinds of cells there are, as `workbook.yaml` declares them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from aco_cli.data_files import load_yaml

DECLARED: dict[str, Any] = load_yaml(Path(__file__).with_name("workbook.yaml").read_text("utf-8"))
UNITS: dict[str, str] = DECLARED["units"]
LETTER_PAPER = 1


def set_page(sheet: Worksheet, heading_row: int) -> None:
    """Print on US letter paper, one page wide, with the headings on every page."""
    sheet.set_landscape()
    sheet.set_paper(LETTER_PAPER)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(heading_row)
    sheet.set_footer("&L&A&RPage &P of &N")


def write_headings(sheet: Worksheet, row: int, texts: Sequence[str], figures: range, styles: "Styles") -> None:
    """Write a row of headings; those in some columns stand above figures, and right, with room to the next."""
    for column, text in enumerate(texts):
        kind = "heading_right" if column in figures else "heading_beside" if column - 1 in figures else "heading"
        sheet.write_string(row, column, text, styles(kind))


@dataclass
class Styles:
    """The formats of one workbook, each made once."""

    workbook: xlsxwriter.Workbook
    _made: dict[tuple[str, str], Format] = field(default_factory=dict)

    def __call__(self, kind: str, unit: str = "") -> Format:
        """The format of a kind of cell and of the unit of its figures."""
        if (kind, unit) not in self._made:
            formats = DECLARED["number_formats"]
            number = {"num_format": formats[unit]} if unit in formats else {}
            self._made[kind, unit] = self.workbook.add_format({**DECLARED["kinds"][kind], **number})
        return self._made[kind, unit]
