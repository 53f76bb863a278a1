"""JSON as data portals serve it: a list of records, one record per line, or a list of rows with the header first.

Numbers keep the text they are written as, so that they are read as those of a text file.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from aco_cli.data_files import load_yaml
from aco_cli.errors import InputError, Problem
from aco_cli.inputs.grid import grid_sheet
from aco_cli.inputs.problems import shown
from aco_cli.inputs.raw import Sheet
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.source import FileContent

_WORDS = {None: "", True: "true", False: "false"}
_PAGE: dict[str, list[str]] = load_yaml(Path(__file__).with_name("json_pages.yaml").read_text("utf-8"))
_EXPECTED = "a list of records, or a record per line"


def json_sheet(source: FileContent) -> Sheet:
    """The records of a JSON file as rows below the names of their fields. Raises InputError for other JSON."""
    try:
        content = _parsed(source.data.decode("utf-8-sig"))
        rows = _rows(content)
        is_answer = isinstance(content, dict) and rows[0] != list(content)  # with its records in a list
        key = next(_page_keys(content, len(rows) - 1), "") if is_answer else ""
    except json.JSONDecodeError as error:
        found = f"{error.msg} at column {error.colno}"
        raise InputError([Problem(source.file, "JSON", found, error.lineno, fix="get the file again")]) from None
    except RecursionError:
        raise InputError([Problem(source.file, _EXPECTED, "JSON nested too deep")]) from None
    except ValueError as error:
        raise InputError([Problem(source.file, _EXPECTED, str(error))]) from None
    remarks = source.remarks
    if key:
        text = f"{source.file}: a page of several, as {shown(key)} says; the records of the others are not in it"
        remarks += (Remark(text, "page"),)
    return grid_sheet(source.file, [[_text(source.file, cell) for cell in row] for row in rows], remarks=remarks)


def _page_keys(answer: dict[str, Any], held: int) -> Iterator[str]:
    """The keys beside the records, also in mappings, that say that there are more than those held."""
    for key, value in answer.items():
        number = float(value) if isinstance(value, str) and value.isdecimal() else 0
        says = {"more": value and value not in ("0", "false"), "last": value is False, "offset": number > 0}
        says |= {"page": number > 1, "total": number > held}
        if any(says[kind] and re.fullmatch("|".join(_PAGE[kind]), re.sub(r"[\W_]", "", key).lower()) for kind in says):
            yield key
        # Portals of CKAN link to a next page from the last one, too.
        is_whole = key == "_links" and answer.get("total") == str(held)
        if isinstance(value, dict) and not is_whole:
            yield from _page_keys(value, held)


def _parsed(text: str) -> Any:
    """What the text holds; of several lines with a value each, the list of these."""
    try:
        return _value(text)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise
    values = []
    for number, line in enumerate(text.split("\n"), start=1):
        try:
            values += [_value(line)] if line.strip() else []
        except json.JSONDecodeError as error:
            raise json.JSONDecodeError(error.msg, "\n" * (number - 1) + line, error.pos + number - 1) from None
    return values


def _value(text: str) -> Any:
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_record)


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"a record with {shown(next(n for n in names if names.count(n) > 1))} twice")
    return record


def _rows(content: dict[str, Any] | list[Any]) -> Sequence[Sequence[Any]]:
    if isinstance(content, dict) and isinstance(content.get("result"), dict):
        content = content["result"]  # as CKAN portals wrap it
    if isinstance(content, dict):
        lists = [each for each in content.values() if isinstance(each, list) and each and isinstance(each[0], dict)]
        content = lists[0] if len(lists) == 1 else [content]
    if all(isinstance(each, dict) for each in content):
        names = list(dict.fromkeys(chain.from_iterable(content)))
        return [names, *([record.get(name) for name in names] for record in content)]
    if all(isinstance(each, list) for each in content):
        if len(set(map(len, content))) > 1:
            raise ValueError("lists of different lengths")
        return content
    raise ValueError("JSON of another shape")


def _text(file: str, cell: Any) -> str:
    if isinstance(cell, dict | list):
        raise InputError([Problem(file, "plain values in a record", f"a nested one: {shown(json.dumps(cell))}")])
    return _WORDS[cell] if cell is None or isinstance(cell, bool) else cell
