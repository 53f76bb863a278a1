"""Quality: measure rates read and scored, scores brought into a roster, compared with published ones, explained."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Unpack

import pandas as pd

from aco_cli.api.reading import only
from aco_cli.api.roster import read_roster
from aco_cli.api.run import Result, Run
from aco_cli.api.selection import Request, Selection, Tables, YearsLike, names, requested
from aco_cli.engine.quality.columns import Numbers
from aco_cli.engine.quality.compare import compare_scores
from aco_cli.engine.quality.join import DERIVED, join_scores, some
from aco_cli.engine.quality.measures import MeasureLine, measure_lines
from aco_cli.engine.quality.score import BASIS, score
from aco_cli.engine.quality.thirds import with_thirds
from aco_cli.engine.reconcile import Verdict
from aco_cli.engine.settle import settle
from aco_cli.errors import UsageError
from aco_cli.inputs.quality import load_rates, with_ids
from aco_cli.inputs.years import Years
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import DOMAINS

MOST_REWARD = 4.0
# A recomputed score so close to the published one counts as near in the summary (fraction).
NEAR = 0.0005
_UNSURE = "depend on assumed cut points or unknown values"


def quality(
    data: Tables,
    years: YearsLike = None,
    *,
    roster: Tables | None = None,
    improvement: Sequence[str] = (),
    run: Run | None = None,
    **selection: Unpack[Selection],
) -> Result:
    """Quality scores from measure rates, by domain and overall: fractions, unrounded.

    `roster` supplies ids and agreement starts that the rates lack; `improvement` are rewards, `domain=points`.
    """
    run = run or Run()
    request = requested((), years, {**selection, "quality": data, "aco": None})
    book = request.book
    known = read_roster(run, requested(roster, years, {"rules": book})) if roster is not None else None
    rates = with_improvement(read_rates(run, request, known), improvement)
    scores = scored(rates, request.years, book)
    warn_of_rewards(run, improvement, scores["performance_year"].unique().tolist(), book)
    scores = only(scores, "aco_id", names(selection.get("aco")))
    scores = scores.sort_values(["performance_year", "aco_id"], kind="stable", ignore_index=True)
    if unscored := int(scores["quality_score"].isna().sum()):
        told = f"{unscored:,} of {len(scores):,} rows have no score; column notes says why"
        run.warn("no_score", told, rows=unscored)
    warn_of_columns(run, scores)
    if assumed := int(scores["is_warned"].sum()):
        told = f"{assumed:,} scores depend on assumed cut points or unknown values; see column notes"
        run.warn("assumed_cuts", told, rows=assumed)
    return Result(scores.drop(columns=["is_warned", "without_column"]), run.notices)


def read_rates(
    run: Run, request: Request, roster: pd.DataFrame | None, *, scores: bool = False, is_part: bool = False
) -> pd.DataFrame:
    """Measure rates of the years and of those before them; with `scores`, also scores that are already computed.

    `is_part`: the roster is a selection, so that rates without an ACO in it are no cause for a warning.
    """
    run.reading(request.quality, "quality")
    rates = load_rates(request.quality, request.years, scores=scores)
    frame, warnings = with_ids(rates.frame, roster)
    run.remarks([*rates.remarks, *([] if is_part else warnings)])
    if rates.skipped:
        run.left_out(rates.skipped)
    return with_thirds(frame, request.book)


def with_improvement(rates: pd.DataFrame, given: Sequence[str]) -> pd.DataFrame:
    """Rates with the improvement rewards of `--improvement DOMAIN=POINTS` on every row. Raises UsageError."""
    for item in given:
        domain, sign, text = item.partition("=")
        points = float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else float("nan")
        if not sign or domain not in DOMAINS or not 0 <= points <= MOST_REWARD:
            expected = f"DOMAIN=POINTS with a domain of {', '.join(DOMAINS)} and 0 to {MOST_REWARD:g} points"
            raise UsageError(f"--improvement: expected {expected}, found {item}")
        rates = rates.assign(**{f"improvement_{domain}": points})
    return rates


def warn_of_rewards(run: Run, given: Sequence[str], years: Iterable[int], book: RuleBook) -> None:
    """Warn of rewards of `--improvement` that a year does not know."""
    points = sorted({float(item.partition("=")[2]) for item in given})
    for year in years if points else ():
        steps = book.value(scoring(year), "improvement_steps")
        if steps is None:
            run.warn("improvement", f"--improvement: quality improvement reward does not apply in {year}", year=year)
        elif unknown := [each for each in points if each not in steps]:
            listed, known = (", ".join(f"{each:g}" for each in some_of) for some_of in (unknown, steps))
            told = f"--improvement: {listed} is not among the rewards known of {year}: {known}"
            run.warn("improvement", told, year=year)


def scored(rates: pd.DataFrame, years: Years, book: RuleBook) -> pd.DataFrame:
    """The identity and scores of each row of the years asked for; a score that is already computed stays."""
    names = [name for name in ("aco_id", "aco_name", "performance_year") if name in rates]
    table = pd.concat([rates[names], score(rates, book)], axis=1)
    if "quality_score" in rates:
        given = rates["quality_score"].notna()
        for name in ("quality_score", "quality_reported", "quality_standard_met", "quality_alternative_met", BASIS):
            table[name] = rates[name].where(given, table[name]) if name in rates else table[name]
        table["notes"] = table["notes"].mask(given, "")
        table["is_warned"] = table["is_warned"] & ~given
        table["without_column"] = table["without_column"].mask(given, "")
    return table[table["performance_year"].map(lambda year: year in years).astype("bool")].reset_index(drop=True)


def bring_scores(run: Run, roster: pd.DataFrame, request: Request) -> pd.DataFrame:
    """The roster with quality scores computed from rates in files of the request, or read where they hold scores."""
    rates = read_rates(run, request, roster, scores=True, is_part=request.is_part)
    table = scored(rates, request.years, request.book)
    joined, lacking, others = join_scores(roster, table)
    if lacking:
        told = f"no recomputed quality score for {len(lacking):,} rows; kept the roster's score: {some(lacking)}"
        run.warn("no_score", told, acos=lacking)
    if others and not request.is_part:
        run.warn("not_in_roster", f"quality of {len(others):,} ACOs not in the roster: {some(others)}", acos=others)
    ours = table[table["aco_id"].isin(roster["aco_id"])]
    warn_of_columns(run, ours)
    if assumed := ours.loc[ours["is_warned"], "aco_id"].tolist():
        told = f"{len(assumed):,} quality scores {_UNSURE}; aco quality says which: {some(assumed)}"
        run.warn("assumed_cuts", told, acos=assumed)
    return joined


def warn_of_columns(run: Run, scores: pd.DataFrame) -> None:
    """Warn of measures that count in full because the files have no column of them."""
    if lacking := sorted(set(scores["without_column"].str.split(", ").explode()) - {""}):
        told = f"no column of {some(lacking)}: counts in full, as a measure without denominator does"
        run.warn("no_column", told, measures=lacking)


def reconciled_scores(run: Run, published: pd.DataFrame, request: Request) -> pd.DataFrame:
    """How scores computed from rates compare with published ones; a summary by year is told."""
    rates = read_rates(run, request, published, is_part=request.is_part)
    compared = compare_scores(published, rates, request.book)
    for year, rows in compared.groupby("performance_year"):
        for sentence in _sentences(rows):
            run.note("compared", f"{year}: {sentence}", year=int(str(year)))
    return compared


def _sentences(rows: pd.DataFrame) -> Iterator[str]:
    """How the scores of a year compare: by class, by cause, and by route how many are near."""
    counts = rows["class"].value_counts()
    words = [f"{counts[verdict]:,} {verdict}" for verdict in Verdict if counts.get(verdict, 0)]
    unexplained = rows.loc[rows["class"] == Verdict.UNEXPLAINED, "aco_id"].tolist()
    named = f"; unexplained: {', '.join(unexplained)}" if unexplained else ""
    share = 1 - len(unexplained) / len(rows)
    yield f"{len(rows):,} published scores, {', '.join(words)}: {share:.1%} explained or equal{named}"
    causes = rows.loc[rows["class"] == Verdict.EXPLAINED, "cause"].value_counts()
    if len(causes):
        yield f"explained by {'; '.join(f'{cause} {count:,}' for cause, count in causes.items())}"
    is_near = rows["difference"].abs() <= NEAR
    routes = [f"{route} {near.sum():,} of {len(near):,}" for route, near in is_near.groupby(rows["route"]) if route]
    if routes:
        yield f"within {100 * NEAR:g} points of the published score: {', '.join(routes)}"


def explained_quality(run: Run, row: pd.DataFrame, request: Request) -> tuple[pd.DataFrame, list[MeasureLine]]:
    """One ACO's roster row with its computed score, and its measures."""
    rates = read_rates(run, request, row, is_part=True)
    rates = rates[rates["aco_id"].isin(row["aco_id"])].reset_index(drop=True)
    row, lacking, _ = join_scores(row, scored(rates, request.years, request.book))
    if lacking:
        run.warn("no_score", f"no recomputed quality score for {some(lacking)}; kept the roster's score", acos=lacking)

    # A standard that the roster gives stays; one that was derived follows the rates.
    follows = list(DERIVED) if (row[BASIS] != "").all() else []

    def settlements(scores: pd.DataFrame) -> Numbers:
        repeated = row.loc[row.index.repeat(len(scores))].reset_index(drop=True)
        changed = {name: scores[name].to_numpy() for name in ("quality_score", *follows)}
        return settle(repeated.assign(**changed), request.book, ("settlement",))["settlement"].to_numpy()

    return row, measure_lines(rates, int(row["performance_year"].iloc[0]), request.book, settlements)
