"""CMS's settlement reports in the place of rosters: what a request reads instead, and the check of a report."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan

import pandas as pd

from aco_cli.api.explain import explain
from aco_cli.api.run import Result, Run
from aco_cli.api.selection import Request
from aco_cli.engine.report_check import TOLERANCE, check_report, first_wrong, followers
from aco_cli.errors import InputError, UsageError
from aco_cli.inputs.layout import STLMT
from aco_cli.inputs.reports.stlmt import ReportInputs, no_report, read_stlmt
from aco_cli.inputs.source import FrameFile
from aco_cli.rules.book import RuleBook


def with_reports(request: Request) -> Request:
    """A request whose files are settlement reports, with the inputs that they hold; any other as it is.

    Raises UsageError for reports and other files in one run, and for further files of expenditures.
    """
    found = [(file, read_stlmt(file)) for file in request.files]
    reports = [(file, held) for file, held in found if held]
    if request.layout == STLMT and len(reports) < len(found):
        raise InputError([no_report(file) for file, held in found if not held])
    if not reports:
        return request
    if len(reports) < len(found):
        raise UsageError("settlement reports and other files cannot be combined; run them separately")
    if request.expenditures or request.reference:
        raise UsageError("--expenditures and --reference do not apply to a settlement report")
    rosters, expenditures, references = (
        [FrameFile(getattr(held, name), file) for file, held in reports]
        for name in ("roster", "expenditures", "reference")
    )
    # National figures are the same for all ACOs of a start; each is needed once.
    national = pd.concat([file.frame for file in references]).drop_duplicates()
    return replace(
        request,
        files=rosters,
        expenditures=expenditures,
        reference=[FrameFile(national, references[0])],
        layout="roster",
        reports=tuple(held for _, held in reports),
    )


def check_reports(run: Run, request: Request, reports: Sequence[ReportInputs]) -> Result:
    """Every figure of settlement reports beside its recomputation; what a reader must know first is noted."""
    tables = []
    for held in reports:
        own = held.roster.iloc[0]
        one = {"expenditures": held.expenditures, "reference": held.reference, "rules": request.book}
        worksheet = explain(held.roster, own["aco_id"], int(own["performance_year"]), **one).table  # type: ignore[arg-type]
        run.remarks(held.report.remarks)
        table = check_report(published_figures(held), worksheet)
        tables.append(table.drop(columns="formula"))
        _tell(run, held, table, worksheet, request.book)
    return Result(pd.concat(tables, ignore_index=True), run.notices)


def printed_figures(held: ReportInputs) -> pd.DataFrame:
    """All figures of a report by table, letter, period and enrollment type; without a value where they do not apply."""
    rows = [
        {**vars(place), "label": printed.label, "value": printed.value, "place": f"{place.table} {place.letter}"}
        for place, printed in held.report.figures.items()
    ]
    return pd.DataFrame(rows)


def published_figures(held: ReportInputs) -> pd.DataFrame:
    """The figures that CMS computed: those that apply and are not given."""
    layout = held.report.layout
    given = {place for kind in ("roster", "benchmark_years", "performance_year") for place in layout[kind].values()}
    given -= {*layout["repeated"]}
    table = printed_figures(held).dropna(subset="value")
    return table[~table["place"].isin(given)]


def _tell(run: Run, held: ReportInputs, table: pd.DataFrame, worksheet: pd.DataFrame, book: RuleBook) -> None:
    name = f"{held.report.file}, {held.roster.iloc[0]['aco_id']}"
    counts = ", ".join(f"{count:,} {verdict}" for verdict, count in table["class"].value_counts().items())
    found = first_wrong(table)
    if found is None:
        text = f"{name}: the report is arithmetically right: {len(table):,} figures, {counts} (within {TOLERANCE:g})"
        run.note("report", text, figures=len(table))
        return
    figure, others = found
    where = f"[{figure['letter']}] {figure['line']}, table {figure['table']}"
    where += "".join(f", {each}" for each in (figure["period"], figure["enrollment_type"]) if each)
    follow = followers(figure["formula"], table[table.index > figure.name], book)
    text = f"{name}: the first figure that does not follow is {where}: {figure['published']:,.6f} is printed, "
    text += f"{figure['recomputed']:,.6f} follows; on it depend {', '.join(follow) or 'no other figures'}; "
    text += f"{', '.join(others) or 'no others'} differ too; {counts}"
    settlement = pd.to_numeric(worksheet.loc[worksheet["line"] == "settlement", "value"], errors="coerce")
    run.note("report", f"{text}; {_at_stake(table, float(settlement.iloc[0]))}", figures=len(table))


def _at_stake(table: pd.DataFrame, settlement: float) -> str:
    """What the difference is worth: the printed payment or repayment beside the one that follows."""
    last = table[(table["table"] == "3") & table["letter"].isin(["Y", "GG"]) & table["published"].notna()]
    if last.empty or isnan(settlement):
        return f"no payment {'is printed' if last.empty else 'follows'} to compare"
    signs = last["letter"].map({"Y": 1, "GG": -1})
    printed = float((last["published"].abs() * signs).sum())
    return f"${abs(settlement - printed):,.2f} at stake: ${printed:,.2f} is printed, ${settlement:,.2f} follows"
