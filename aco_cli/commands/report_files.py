"""The page, the charts and the workbook of `report`: what of a roster they show, and how they are made."""

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

import aco_cli
from aco_cli.api.benchmarks import read_evidence
from aco_cli.api.roster import settle_rows
from aco_cli.api.run import Result
from aco_cli.api.selection import Request
from aco_cli.commands.pictures import need_libraries
from aco_cli.commands.session import Session
from aco_cli.engine.answer import answers
from aco_cli.engine.lines.law import law_of
from aco_cli.engine.settle import with_balances
from aco_cli.engine.summary import DEFAULT_GROUPS, NEEDED, grouping_columns, summarize
from aco_cli.engine.waterfall import Waterfall, waterfall
from aco_cli.engine.worksheet import sheet_rows, worksheet
from aco_cli.errors import UsageError
from aco_cli.inputs.source import names_of
from aco_cli.outputs.columns import column_names, output_columns
from aco_cli.outputs.formats import Figure
from aco_cli.rules.book import RuleBook

_OFTEN_ONE = ("performance_year", "program", "start_year")  # and then not worth a column
# More would be too much for a browser, and for the eye.
MOST_ROWS = 20_000


def make_book(session: Session, frame: pd.DataFrame, request: Request) -> bytes:
    """Settle the rows of a roster and make their workbook. Raises OutputError for what it cannot hold.

    Where the request has reference files, the worksheets start with the benchmarks by those. Of one settlement report,
    CMS's sheets come first, recomputed.
    """
    from aco_cli.api.report_sheets import cms_sheets
    from aco_cli.outputs.workbook.book import Sheets, render_book
    from aco_cli.outputs.workbook.cms_sheets import CmsSheet

    book = request.book
    settled = settle_rows(session, frame, book, ("outcome", "settlement", "aco_id", "performance_year", "notes"))
    frame = with_balances(frame, book).reset_index(drop=True)
    evidence = read_evidence(session, request)
    rows = sheet_rows(frame, book, evidence)
    report: Sequence[CmsSheet] = ()
    if len(request.reports) == 1 and len(frame) == 1:
        lines = pd.DataFrame(map(asdict, worksheet(frame, book, evidence)))
        report = cms_sheets(request.reports[0], frame, lines)
    start = f"What if: {request.what_if}. " if request.what_if else ""
    notes = [f"{start}{text}".strip() for text in settled["notes"]]
    sheets = Sheets(frame.assign(aco_name=frame.get("aco_name", "")), notes, rows)
    one = None
    if frame["aco_id"].nunique() == 1:
        from aco_cli.api.one_aco import one_aco

        one = one_aco(session, frame, request, _made_of(_files(request)))
    with session.busy("writing the workbook", rows=len(frame)):
        return render_book(book, sheets, report, one)


def make_page(session: Session, frame: pd.DataFrame, request: Request) -> bytes:
    """Settle the rows and make the page. Raises UsageError where a library is missing."""
    need_libraries()
    from aco_cli.outputs.page.render import Settlements, render_page, shown_of_one

    book = request.book
    lines = {program: shown_of_one(law_of(book, program).steps) for program in frame["program"].unique()}
    settled, steps = _settle(session, frame, book, [line.key for shown in lines.values() for line in shown])
    content = Settlements(
        settled,
        steps,
        summarize(settled, DEFAULT_GROUPS),
        [
            column
            for column in output_columns("report")
            if column.name not in _OFTEN_ONE or settled[column.name].nunique() > 1
        ],
        [column for column in output_columns("summary") if column.name != "source"],
        _laws(frame, book),
        lines,
        answers(frame, book),
    )
    return render_page(content, _made_of(_files(request)), request.what_if)


def make_one_page(session: Session, frame: pd.DataFrame, request: Request) -> bytes:
    """The page of the one ACO of a frame, beside the others of the same files. Raises UsageError as `make_page`."""
    need_libraries()
    from aco_cli.api.one_aco import one_aco
    from aco_cli.outputs.page.one_aco import render_one

    settle_rows(session, frame, request.book, ("outcome", "settlement", "aco_id", "performance_year", "notes"))
    return render_one(one_aco(session, frame, request, _made_of(_files(request))))


def _files(request: Request) -> list[str]:
    return [*request.files, *request.quality, *request.reference, *request.prior]


def make_charts(session: Session, frame: pd.DataFrame, request: Request, output: str, figure: Figure | None) -> bytes:
    """Settle the rows and draw one chart, or all, as SVG or PNG. Raises UsageError as `make_page`."""
    need_libraries()
    from aco_cli.outputs.charts.draw import NOTHING, caption, draw, image
    from aco_cli.outputs.charts.look import TITLES, described, labeled

    settled, steps = _settle(session, frame, request.book)
    shown = [figure] if figure else list(Figure)
    chart, bare = draw(shown, settled, steps)
    for each in bare:
        (session.warn if figure else session.note)("empty_chart", f"nothing to draw in chart {each}: {NOTHING[each]}")
    years = ", ".join(map(str, sorted(frame["performance_year"].unique())))
    words = " ".join(NOTHING[each] if each in bare else caption(each, settled, steps) for each in shown)
    source = names_of(_files(request)) + (f"; what if: {request.what_if}" if request.what_if else "")
    chart = labeled(chart, described(settled, source))
    return image(chart, output, f"{'; '.join(TITLES[each] for each in shown)}: performance year {years}", words)


def make_projection(found: Result, output: str, files: Sequence[str]) -> bytes:
    """The chart or page of a running year. Raises UsageError as `make_page`, OutputError where nothing can be drawn."""
    need_libraries()
    from aco_cli.outputs.projection import render_projection

    notes = [each.message for each in found.notices]
    return render_projection(found.table, output, notes, _made_of(files))


def _made_of(files: Sequence[str]) -> str:
    return f"Made by aco {aco_cli.__version__} from {names_of(files)}."


def _settle(
    session: Session, frame: pd.DataFrame, book: RuleBook, more: Sequence[str] = ()
) -> tuple[pd.DataFrame, Waterfall]:
    """The settlement of the rows, and its steps from savings to payment."""
    if len(frame) > MOST_ROWS:
        raise UsageError(
            f"a page or chart shows at most {MOST_ROWS:,} ACOs and years, the files have {len(frame):,}; choose some "
            "with --program, --track, --aco or fewer years"
        )
    groups = grouping_columns(frame)
    start = groups["start_year"].fillna("").replace("", "unknown")
    frame = frame.assign(aco_name=frame.get("aco_name", ""), size=groups["size"], start_year=start)
    columns = dict.fromkeys((*column_names("settle"), *NEEDED, *DEFAULT_GROUPS, "quality_share", *more))
    return settle_rows(session, frame, book, tuple(columns)), waterfall(frame, book)


def _laws(frame: pd.DataFrame, book: RuleBook) -> dict[tuple[str, str, int], dict[str, str]]:
    """The citations of the lines that count, for every program, track and year of the rows."""
    firsts = frame.drop_duplicates(["program", "track", "performance_year"])
    laws = {}
    for place, situation in enumerate(zip(firsts["program"], firsts["track"], firsts["performance_year"], strict=True)):
        laws[situation] = {each.line: each.citation for each in worksheet(firsts.iloc[[place]], book) if each.status}
    return laws
