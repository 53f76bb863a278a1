"""Checking files of any kind: what each is goes by its header, and every problem of all is told."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from aco_cli.errors import InputError, Problem
from aco_cli.inputs.benchmark import load_table
from aco_cli.inputs.layout import FAMILIES, STLMT, name_key
from aco_cli.inputs.load import check
from aco_cli.inputs.quality import check_rates, has_rates
from aco_cli.inputs.recognize import locate, names_of_column
from aco_cli.inputs.remarks import Remark
from aco_cli.inputs.reports.stlmt import no_report, read_stlmt
from aco_cli.inputs.sheets import open_sheets
from aco_cli.inputs.source import STDIN
from aco_cli.inputs.stacked import MARKS

_ROSTER = ("roster",)
_TABLES = ("expenditures", "reference")
# Of a public use file that no layout fits, these columns tell what it is.
_TELLING = (*MARKS, "published_settlement")


def check_files(
    files: Sequence[str], layout: str = "auto", expenditures: Sequence[str] = ()
) -> tuple[list[Problem], list[Remark]]:
    """Every problem of these files and what is remarked, for all years; nothing is raised for what they hold.

    With layout `auto` a file may also be of measure rates or scores, of expenditures by enrollment type, or of national
    figures; a public use file is checked as a roster and for its rates. Where expenditures by enrollment type are at
    hand, rosters may leave dollars out.
    """
    reports, files, problems = _reports(files)
    if layout == STLMT:
        return [*problems, *map(no_report, files)], reports
    kinds = {file: _kinds(file) if layout == "auto" else _ROSTER for file in files}
    detailed = [file for file in expenditures if "expenditures" in _kinds(file)]
    tables = {name: [file for file in files if name in kinds[file]] for name in _TABLES}
    tables["expenditures"] += detailed
    rosters = [file for file in files if {*kinds[file]} - {*_TABLES, "quality"}]
    totals = [file for file in expenditures if file not in detailed]
    remarks: list[Remark] = list(reports)
    if rosters or totals:
        follow = bool(tables["expenditures"])
        found, more = check(rosters, layout, totals, totals_follow=follow)
        problems, remarks = problems + found, remarks + more
    for name in [name for name in _TABLES if tables[name]]:
        try:
            remarks += load_table(tables[name], name)[1]
        except InputError as error:
            problems += error.problems
    rates, more = check_rates([file for file in files if "quality" in kinds[file]])
    # What is wrong with a public use file both as a roster and as a table of rates is told once.
    return list(dict.fromkeys([*problems, *rates])), list(dict.fromkeys([*remarks, *more]))


def _reports(files: Sequence[str]) -> tuple[list[Remark], list[str], list[Problem]]:
    """What is remarked of settlement reports among the files, the other files, and what is wrong with reports."""
    remarks: list[Remark] = []
    others: list[str] = []
    problems: list[Problem] = []
    for file in files:
        try:
            report = read_stlmt(file)
        except InputError as error:
            problems += [replace(problem, unread=True) for problem in error.problems]
            continue
        if report is None:
            others.append(file)
        else:
            remarks += report.report.remarks
    return remarks, others, problems


def _kinds(file: str) -> tuple[str, ...]:
    """The families of layouts that a file is of; one that cannot be read or told is to be refused as a roster."""
    kinds: list[str] = []
    if file != STDIN:
        with suppress(InputError):
            for sheet in open_sheets(file):
                _, fits = locate(sheet, (*FAMILIES, *_TABLES))
                head, rates = locate(sheet, ["quality"])
                kinds += [fits.family] if fits else []
                kinds += ["quality"] if rates and has_rates(head.names) else []
                kinds += _ROSTER if not fits and _tells_of_a_public_use_file(head.names) else []
    return tuple(dict.fromkeys(kinds)) or _ROSTER


def _tells_of_a_public_use_file(header: Sequence[str]) -> bool:
    """Whether a header that fits no layout has several columns of CMS's files: it is to be refused as one."""
    names = {name_key(name) for column in _TELLING for name in names_of_column("cms-puf", column)}
    return len(names & {*map(name_key, header)}) > 1
