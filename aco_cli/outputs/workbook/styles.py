"""How cells look: number formats by unit, and the few kinds of cells there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

NUMBER_FORMATS = {
    "USD": "$#,##0.00;[Red]-$#,##0.00",
    "USD per capita": "$#,##0.00;[Red]-$#,##0.00",
    "dollars": "$#,##0;[Red]-$#,##0",
    "fraction": "0.00%",
    "ratio": "0.000000",
    "condition": '"yes";;"no"',
    "persons": "#,##0",
    "person-years": "#,##0.00",
    "year": "0",
}
UNITS = {
    "USD": "$",
    "USD per capita": "$ per capita",
    "fraction": "%",
    "condition": "yes/no",
    "outcome": "",
    "number": "",
}
GREY, BLUE, PAPER, BAND, EDGE = "#666666", "#0000CC", "#FFF9DB", "#E8EEF4", "#B8C4D0"
SMALL = 9
LETTER_PAPER = 1


def set_page(sheet: Worksheet, heading_row: int) -> None:
    """Print on US letter paper, one page wide, with the headings on every page."""
    sheet.set_landscape()
    sheet.set_paper(LETTER_PAPER)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(heading_row)
    sheet.set_footer("&L&A&RPage &P of &N")


_KINDS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "heading": {"bold": True, "bg_color": BAND, "bottom": 1, "border_color": EDGE, "text_wrap": True},
    "heading_right": {
        "bold": True,
        "bg_color": BAND,
        "bottom": 1,
        "border_color": EDGE,
        "text_wrap": True,
        "align": "right",
    },
    "section": {"bold": True, "font_size": 12, "bottom": 2, "border_color": EDGE},
    "small": {"text_wrap": True, "valign": "top", "font_color": GREY, "font_size": SMALL, "align": "left", "indent": 1},
    "hint": {"font_color": GREY, "font_size": SMALL},
    "cell": {"valign": "top", "align": "left"},
    "beside": {"valign": "top", "align": "left", "indent": 1},
    "total": {"bold": True, "top": 1, "border_color": EDGE},
    "letter": {"bold": True, "align": "center", "valign": "top"},
    "label": {"valign": "top", "text_wrap": True},
    "step": {"valign": "top", "text_wrap": True, "font_color": GREY, "indent": 1},
    "link": {"font_color": "#0563C1", "underline": 1},
    "given": {
        "align": "right",
        "valign": "top",
        "font_color": BLUE,
        "bg_color": PAPER,
        "border": 4,
        "border_color": EDGE,
    },
    "line": {"align": "right", "valign": "top"},
    "result": {"align": "right", "valign": "top", "bold": True, "top": 1, "border_color": EDGE},
}


@dataclass
class Styles:
    """The formats of one workbook, each made once."""

    workbook: xlsxwriter.Workbook
    _made: dict[tuple[str, str], Format] = field(default_factory=dict)

    def __call__(self, kind: str, unit: str = "") -> Format:
        """The format of a kind of cell and of the unit of its figures."""
        if (kind, unit) not in self._made:
            number = {"num_format": NUMBER_FORMATS[unit]} if unit in NUMBER_FORMATS else {}
            self._made[kind, unit] = self.workbook.add_format({**_KINDS[kind], **number})
        return self._made[kind, unit]
