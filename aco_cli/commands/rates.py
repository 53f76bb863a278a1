"""What commands do alike with quality measures: read rates, score them, bring scores into a roster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pandas as pd

from aco_cli.commands.manifest import facts, refuse_what_cannot_be_verified
from aco_cli.commands.options import Table
from aco_cli.commands.quality_columns import COMPARED_COLUMNS, measure_entry
from aco_cli.commands.session import Request, Session, rule_book
from aco_cli.engine.quality.columns import Numbers
from aco_cli.engine.quality.compare import compare_scores
from aco_cli.engine.quality.join import join_scores, some
from aco_cli.engine.quality.measures import measure_lines
from aco_cli.engine.quality.score import score
from aco_cli.engine.reconcile import Verdict
from aco_cli.engine.settle import settle
from aco_cli.errors import UsageError
from aco_cli.inputs.parts import read_part
from aco_cli.inputs.quality import load_rates, with_ids
from aco_cli.inputs.years import Years
from aco_cli.outputs.worksheet import Entry
from aco_cli.rules.book import RuleBook, scoring
from aco_cli.rules.quality import DOMAINS

MOST_REWARD = 4.0
ASSUMED = "rests on an assumed"
NO_COLUMN = r"no column ([^:;]+): counts"
# A recomputed score so close to the published one counts as near in the summary (fraction).
NEAR = 0.0005


def read_rates(
    session: Session,
    files: Sequence[str],
    years: str,
    roster: pd.DataFrame | None,
    *,
    scores: bool = False,
    is_part: bool = False,
) -> pd.DataFrame:
    """Measure rates of the years and of those before them; with `scores`, also scores that are already computed.

    `is_part`: the roster is a selection, so that rates without an ACO in it are no cause for a warning.
    """
    if session.keeps_manifest and session.call:
        refuse_what_cannot_be_verified(session.call.values["output"], files)
    data = {file: Path(file).read_bytes() for file in files if session.keeps_manifest and Path(file).exists()}
    rates = load_rates(files, Years.parse(years), scores=scores)
    for file, held in data.items():
        session.inputs.append(facts(file, held, len(read_part(file, "quality").rows)))
    frame, warnings = with_ids(rates.frame, roster)
    for warning in [*rates.warnings, *([] if is_part else warnings)]:
        session.warn(warning)
    if rates.skipped:
        session.log.note(f"{rates.skipped:,} rows of other performance years left out")
    return frame


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


def warn_of_rewards(session: Session, given: Sequence[str], years: Iterable[int], book: RuleBook) -> None:
    """Warn of rewards of `--improvement` that a year does not know."""
    points = sorted({float(item.partition("=")[2]) for item in given})
    for year in years if points else ():
        steps = book.value(scoring(year), "improvement_steps")
        if steps is None:
            session.warn(f"--improvement: no rewards by domain in {year}")
        elif unknown := [each for each in points if each not in steps]:
            listed, known = (", ".join(f"{each:g}" for each in some_of) for some_of in (unknown, steps))
            session.warn(f"--improvement: {listed} is not among the rewards known of {year}: {known}")


def scored(rates: pd.DataFrame, years: str, book: RuleBook) -> pd.DataFrame:
    """The identity and scores of each row of the years asked for; a score that is already computed stays."""
    asked = Years.parse(years)
    names = [name for name in ("aco_id", "aco_name", "performance_year") if name in rates]
    table = pd.concat([rates[names], score(rates, book)], axis=1)
    if "quality_score" in rates:
        given = rates["quality_score"].notna()
        for name in ("quality_score", "quality_reported"):
            table[name] = rates[name].where(given, table[name]) if name in rates else table[name]
        table["notes"] = table["notes"].mask(given, "")
    return table[table["performance_year"].map(lambda year: year in asked).astype("bool")].reset_index(drop=True)


def bring_scores(session: Session, roster: pd.DataFrame, request: Request, book: RuleBook) -> pd.DataFrame:
    """The roster with quality scores computed from rates in the files of a request, or read where they hold scores."""
    rows = request.rows
    is_part = bool(rows.program or rows.track or rows.aco)
    rates = read_rates(session, request.files, request.years, roster, scores=True, is_part=is_part)
    table = scored(rates, request.years, book)
    joined = join_scores(roster, table)
    if joined.without_score:
        lacking = joined.without_score
        session.warn(f"no quality score for {len(lacking):,} rows, whose own stays: {some(lacking)}")
    if joined.not_in_roster and not is_part:
        session.warn(f"quality of {len(joined.not_in_roster):,} ACOs not in the roster: {some(joined.not_in_roster)}")
    warn_of_columns(session, table[table["aco_id"].isin(roster["aco_id"])])
    rests = table["notes"].str.contains(ASSUMED, regex=False) & table["aco_id"].isin(roster["aco_id"])
    if assumed := table.loc[rests, "aco_id"].tolist():
        session.warn(f"{len(assumed):,} quality scores rest on assumed cuts; aco quality says which: {some(assumed)}")
    return joined.frame


def warn_of_columns(session: Session, scores: pd.DataFrame) -> None:
    """Warn of measures that count in full because the files have no column of them."""
    lacking = sorted(set(scores["notes"].str.findall(NO_COLUMN).explode().dropna()))
    if lacking:
        session.warn(f"no column of {some(lacking)}: counts in full, as a measure without denominator does")


def reconcile_quality(session: Session, published: pd.DataFrame, request: Request, table: Table) -> NoReturn:
    """Write how scores computed from rates compare with published ones, and end the run."""
    is_part = bool(request.rows.program or request.rows.track or request.rows.aco)
    rates = read_rates(session, request.files, request.years, published, is_part=is_part)
    compared = compare_scores(published, rates, rule_book(request.rows.rules))
    session.write(compared, [each for each in COMPARED_COLUMNS if each.name in compared], table)
    for year, rows in compared.groupby("performance_year"):
        for sentence in _sentences(rows):
            session.log.note(f"{year}: {sentence}")
    session.finish(findings=bool((compared["class"] == Verdict.UNEXPLAINED).any()))
    raise SystemExit


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


def explain_quality(
    session: Session, row: pd.DataFrame, request: Request, book: RuleBook
) -> tuple[pd.DataFrame, list[Entry]]:
    """One ACO's roster row with its computed score, and its measures as rows of the worksheet."""
    rates = read_rates(session, request.files, request.years, row, is_part=True)
    rates = rates[rates["aco_id"].isin(row["aco_id"])].reset_index(drop=True)
    joined = join_scores(row, scored(rates, request.years, book))
    if joined.without_score:
        session.warn(f"no quality score for {some(joined.without_score)}, whose own stays")
    row = joined.frame

    def settlements(scores: Numbers) -> Numbers:
        repeated = row.loc[row.index.repeat(len(scores))].reset_index(drop=True)
        return settle(repeated.assign(quality_score=scores), book, ("settlement",))["settlement"].to_numpy()

    lines = measure_lines(rates, int(row["performance_year"].iloc[0]), book, settlements)
    return row, [measure_entry(line) for line in lines]
