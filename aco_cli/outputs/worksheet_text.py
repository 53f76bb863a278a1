"""A worksheet for a terminal: the answer first, then the lines that apply; several years or cases side by side."""

import shutil
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from textwrap import wrap
from typing import Any

import pandas as pd

from aco_cli.engine.lines.text import show
from aco_cli.outputs.phrases import WHOLE_DOLLARS

WIDTH, NARROWEST, WIDEST = 80, 60, 120
# Lines without a letter that a reader looks for all the same; conditions among them where they hold.
ALSO = ("savings_rate", "savings_lost", "half_rate_applies", "has_guardrail", "settlement", "net_payment")
_GAP, _LABEL, _LETTERS, _LEAST = 2, 32, 2, 16
_TITLE = ("performance_year", "scenario")
Cells = tuple[str, str, str, str]


def terminal_width() -> int:
    """The width of the terminal, within what a worksheet is laid out for; 80 where there is none."""
    return min(max(shutil.get_terminal_size((WIDTH, 24)).columns, NARROWEST), WIDEST)


@dataclass(frozen=True)
class _Sheet:
    """One year or case: its title, all lines, those that are shown, and the distances."""

    title: str
    lines: pd.DataFrame
    shown: pd.DataFrame
    distances: pd.DataFrame

    @classmethod
    def of(cls, sheet: pd.DataFrame, *, everything: bool) -> "_Sheet":
        """A sheet of the table of `explain`."""
        lines = sheet[~sheet["is_distance"]]
        title = " ".join(map(str, sheet[[name for name in _TITLE if name in sheet]].iloc[0]))
        return cls(title, lines, lines if everything else told_lines(lines), sheet[sheet["is_distance"]])

    def column(self, name: str) -> dict[str, str]:
        """A column by the names of the lines."""
        return dict(zip(self.lines["line"], self.lines[name], strict=True))

    def figures(self) -> dict[str, str]:
        """What is shown of the lines that apply, US dollars whole."""
        lines = self.lines[self.lines["applies"] | self.lines["line"].isin(self.shown["line"])]
        told = zip(lines["line"], lines["unit"], lines["value"], lines["shown"], strict=True)
        return {name: _whole(value) if unit == "USD" and value else text for name, unit, value, text in told}


def worksheet_text(table: pd.DataFrame, answers: Sequence[str], width: int, *, everything: bool = False) -> list[str]:
    """The lines of text of `explain`: `table` as its result has it, with an answer for each year and case."""
    sheets = [_Sheet.of(sheet, everything=everything) for _, sheet in table.groupby("sheet")]
    starts = [f"{sheet.title}: " if "scenario" in table else "" for sheet in sheets]
    told = [line for start, answer in zip(starts, answers, strict=True) for line in _answer(start + answer, width)]
    if len(sheets) == 1:
        return [*told, "", *_one(sheets[0], width)]
    return [*told, *_beside(sheets, width), "", WHOLE_DOLLARS]


def _whole(value: str) -> str:
    return show(float(Decimal(value).to_integral_value(ROUND_HALF_UP)), "USD").removesuffix(".00")


def _answer(answer: str, width: int) -> Iterator[str]:
    """The first sentence, and below it what else is to be said."""
    first, stop, rest = answer.partition(". ")
    yield from wrap(first + stop.strip(), width)
    yield from wrap(rest, width)


def told_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines that apply and say something new: the first of each letter, and none that only repeats another."""
    also = lines["line"].isin(ALSO) & ~((lines["unit"] == "condition") & (lines["shown"] != "yes"))
    is_told = (lines["letter"] != "") | also | (lines["table"] == "")
    ours = lines[lines["applies"] & is_told & lines["table"].isin(["3", ""])]
    is_same = ours["calculation"].str.removeprefix("minus ").isin(ours["label"]) & (ours["line"] != "settlement")
    is_again = ours["letter"].duplicated() & (ours["letter"] != "")
    # A minimum loss rate is the minimum savings rate again: of the two, what the loss is compared with.
    is_again |= ours.duplicated(["shown", "calculation"], keep="last") & ~ours["calculation"].isin(["", "given"])
    recouped = set(lines.loc[lines["applies"], "line"]) & {"advance_recouped"}
    is_net = (ours["line"] == "net_payment") & (not recouped)
    return ours.loc[~(is_again | is_same | is_net)]


def _one(sheet: _Sheet, width: int) -> Iterator[str]:
    yield from _rows([line_cells(row) for row in sheet.shown.to_dict("records")], width)
    if len(sheet.distances):
        yield ""
        for label, distance, words in sheet.distances[["label", "shown", "words"]].to_numpy().tolist():
            yield from wrap(f"{label}: {distance}; {words}", width, subsequent_indent=" " * _GAP)
    if left := len(sheet.lines) - len(sheet.shown):
        yield f"{left} more lines: --all"


def line_cells(row: Mapping[Hashable, Any]) -> Cells:
    """Letter, label, value, and how the line comes out or where its rule stands."""
    letter, label = row["letter"], row["label"]
    how = (row["calculation"] or row["citation"].partition(";")[0]).removeprefix(f"{label}, ")
    return (
        (letter, label, row["shown"], how) if len(letter) <= _LETTERS else ("", f"{letter}: {label}", row["shown"], how)
    )


def _rows(rows: Sequence[Cells], width: int) -> Iterator[str]:
    """Lines of four columns; what is too long for its column folds."""
    letters, values = (max((len(row[at]) for row in rows), default=0) for at in (0, 2))
    labels = min(max((len(row[1]) for row in rows), default=0), _LABEL)
    rest = max(width - letters - labels - values - 3 * _GAP, _LEAST)
    for letter, label, value, how in rows:
        left, right = wrap(label, labels) or [""], wrap(how, rest)
        for at in range(max(len(left), len(right))):
            tag, figure = (letter, value) if at == 0 else ("", "")
            texts = (f"{tag:<{letters}}", f"{_at(left, at):<{labels}}", f"{figure:>{values}}", _at(right, at))
            yield (" " * _GAP).join(texts).rstrip()


def _at(texts: Sequence[str], place: int) -> str:
    return texts[place] if place < len(texts) else ""


def _beside(sheets: Sequence[_Sheet], width: int) -> Iterator[str]:
    """Letter, label and a value for each sheet, in as many blocks as the width makes of them."""
    chosen = set().union(*(sheet.shown["line"] for sheet in sheets))
    lines = list(dict.fromkeys(name for sheet in sheets for name in sheet.lines["line"] if name in chosen))
    labels = {name: label for sheet in sheets for name, label in sheet.column("label").items()}
    letters = {name: letter for sheet in sheets for name, letter in sheet.column("letter").items()}
    columns = [[sheet.title, *map(sheet.figures().get, lines)] for sheet in sheets]
    room = max(len(letters[name]) for name in lines) + _GAP
    heads = [" " * room, *(f"{letters[name]:<{room}}" for name in lines)]
    names = ["", *(labels[name] for name in lines)]
    wide = min(max(map(len, names)), _LABEL)
    for block in _blocks([_aligned(column) for column in columns], width - room - wide):
        yield ""
        for head, name, *figures in zip(heads, names, *block, strict=True):
            first, *more = wrap(name, wide) or [""]
            yield f"{head}{first:<{wide}}{''.join(figures)}".rstrip()
            yield from (" " * room + text for text in more)


def _aligned(column: Iterable[str | None]) -> list[str]:
    cells = [cell or "" for cell in column]
    width = max(map(len, cells)) + _GAP
    return [f"{cell:>{width}}" for cell in cells]


def _blocks(columns: Sequence[list[str]], width: int) -> Iterator[list[list[str]]]:
    """Columns in groups that fit a width; one that does not fit stands alone."""
    block: list[list[str]] = []
    for column in columns:
        if block and sum(len(each[0]) for each in (*block, column)) > width:
            yield block
            block = []
        block.append(column)
    yield block
