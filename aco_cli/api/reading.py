"""Reading rosters: the rows asked for, in order, with what the readers have to say."""

import gc
from collections.abc import Sequence

import pandas as pd

from aco_cli.api.run import Run
from aco_cli.api.selection import Request
from aco_cli.engine.deferral import split_deferred
from aco_cli.errors import InputError, Problem, UsageError
from aco_cli.inputs.layout import layouts_of
from aco_cli.inputs.load import load
from aco_cli.inputs.source import STDIN
from aco_cli.nearest import did_you_mean
from aco_cli.outputs.columns import column_names

_ORDER = ["performance_year", "aco_id"]


def read_rows(run: Run, request: Request, *, precision: bool = False, totals_follow: bool = False) -> pd.DataFrame:
    """The rows asked for, in order of performance year and id. Raises InputError or UsageError.

    `precision` adds how precisely figures are printed; `totals_follow`: dollars may be left out, as they are computed.
    """
    if not request.files:
        raise UsageError("expected a path or a DataFrame, found none")
    gc.freeze()  # what was imported stays; `aco` does not collect until files are read
    gc.enable()
    totals = () if totals_follow else request.expenditures
    files = [*request.files, *totals]
    run.reading(request.files, request.layout)
    run.reading(totals, "totals")
    with run.busy("reading", files=files):
        loaded = load(
            request.files,
            request.years,
            layout=request.layout,
            expenditures=totals,
            precision=precision,
            totals_follow=totals_follow,
            own=request.own,
        )
    if loaded.skipped:
        run.left_out(loaded.skipped)
    if request.expect_rows not in (None, len(loaded.frame)):
        told = f"{len(loaded.frame):,} of {request.years}"
        raise InputError([Problem(", ".join(request.files), f"{request.expect_rows:,} rows (--expect-rows)", told)])
    frame = split_deferred(loaded.frame.assign(**loaded.places), request.years.__contains__)
    if request.join:
        from aco_cli.inputs.join import join_columns

        frame, remarks = join_columns(frame, request.join, request.years, column_names("settle"))
        run.remarks(remarks)
    run.remarks([*(remark for each in request.reports for remark in each.report.remarks), *loaded.remarks])
    told = ", ".join("standard input" if file == STDIN else file for file in files)
    run.step("read", f"read {len(frame):,} rows of {told}", rows=len(frame), file=told)
    for column, wanted in (("program", request.program), ("track", request.track)):
        frame = only(frame, column, wanted)
    frame = only_acos(frame, request.aco) if request.aco else frame
    if request.where:
        from aco_cli.api.where import rows_where

        frame = frame[rows_where(frame, request.where)]
    frame = frame if _is_in_order(frame) else frame.sort_values(_ORDER, kind="stable")
    return frame.reset_index(drop=True)


def _is_in_order(frame: pd.DataFrame) -> bool:
    """Whether rows are sorted already, as files mostly are: far quicker to see than to sort."""
    before, after = frame[_ORDER].iloc[:-1].reset_index(drop=True), frame[_ORDER].iloc[1:].reset_index(drop=True)
    years, ids = _ORDER
    later = after[years] > before[years]
    return bool((later | ((after[years] == before[years]) & (after[ids] >= before[ids]))).all())


def read_with_published(run: Run, request: Request, published: Sequence[str]) -> pd.DataFrame:
    """The rows asked for with `published_settlement` (of `published`, if files are given) and printed precision."""
    frame = read_rows(run, request, precision=True)
    if published:
        keys = ["aco_id", "performance_year"]
        # Which rows are meant is said of the roster's; a deferred year stands for two of them.
        of_years = Request(published, request.years, request.book, request.layout)
        found = read_rows(run, of_years, precision=True).drop_duplicates(keys)
        brought = [name for name in found.columns if name.startswith("published_settlement")]
        own = [name for name in frame if str(name).startswith("published_settlement")]
        frame = frame.drop(columns=own).merge(found[[*keys, *brought]], on=keys, how="left")
    if "published_settlement" not in frame or frame["published_settlement"].isna().all():
        raise UsageError(
            "no published settlements of these ACOs: no column published_settlement (EarnSaveLoss in CMS's files) in "
            f"{', '.join(published or request.files)}, or a blank one; give them with --published FILE"
        )
    return frame


def only_acos(frame: pd.DataFrame, acos: Sequence[str]) -> pd.DataFrame:
    """The rows of ACOs by ID or name, in upper or lower case. Raises UsageError for one that is not there."""
    ids, has_names = frame["aco_id"].unique().tolist(), "aco_name" in frame
    names = frame["aco_name"].str.casefold() if has_names else pd.Series("", frame.index)
    known = {*names} - {""}

    def is_known(word: str) -> bool:
        return word.casefold() in known or _known(word, ids) is not None

    # A name may hold a comma; else commas part several ACOs.
    words = [word.strip() for aco in acos for word in ([aco] if is_known(aco) else aco.split(","))]
    if strange := [word for word in words if not is_known(word)]:
        raise _none_has("aco_id", strange[0], [*ids, *(frame["aco_name"].unique() if has_names else ())])
    is_named = names.isin(known & {word.casefold() for word in words})
    return frame[frame["aco_id"].isin({_known(word, ids) for word in words}) | is_named]


def only(frame: pd.DataFrame, column: str, words: Sequence[str]) -> pd.DataFrame:
    """The rows with one of the words in a column, however it is spelled; all where there is no word.

    Raises UsageError for an unknown word.
    """
    if not words:
        return frame
    return frame[frame[column].isin(meant_words(column, words, frame[column].drop_duplicates().tolist()))]


def meant_words(column: str, words: Sequence[str], known: Sequence[str]) -> list[str]:
    """The known words of a column of rosters that words spell. Raises UsageError for one that spells none."""
    spelled = layouts_of("roster")[0].columns[column]
    meant = [(word, _known(spelled.meant(word) or word, known)) for word in words]
    if strange := [word for word, found in meant if found is None]:
        raise _none_has(column, strange[0], known)
    return [found for _, found in meant if found is not None]


def _known(word: str, known: Sequence[str]) -> str | None:
    """The known word that is this one, or the only one that differs in nothing but upper and lower case."""
    same = [word] if word in known else [each for each in known if each.casefold() == word.casefold()]
    return same[0] if len(same) == 1 else None


def _none_has(column: str, word: str, known: Sequence[str]) -> UsageError:
    near = did_you_mean(word, known, most=3) or f"; there are, among others, {', '.join(known[:5])}"
    return UsageError(f"no row has {column} {word!r}{near}")
