"""Next year's savings rate and settlement of every ACO, from its published year."""

from collections.abc import Iterator, Mapping

import pandas as pd

from aco_cli.api.roster import read_roster
from aco_cli.api.run import Result, Run
from aco_cli.api.scenarios import told_changes
from aco_cli.api.selection import Selection, Tables, requested
from aco_cli.api.simulate import only_known, simulate
from aco_cli.engine.next_year import NINETY, Line, backtest, paired, savings_rates
from aco_cli.errors import UsageError
from aco_cli.rules.book import RuleBook
from aco_cli.rules.next_year import NextYear, next_years

# What stays from one year to the next as far as a projection knows.
_KEPT = (
    *("aco_id", "aco_name", "state", "program", "track", "initial_start", "agreement_start", "agreement_period"),
    *("assigned_beneficiaries", "benchmark_total", "quality_score", "quality_standard_met", "quality_alternative_met"),
    *("msr_election", "published_msr", "participant_revenue", "loss_limit_basis", "low_revenue", "half_rate"),
)
_DRAWN = ("settlement", "settlement_p05", "settlement_p95", "probability_earn", "probability_owe", "notes")


def project_next_year(
    data: Tables, year: int, book: RuleBook, run: Run, change: Mapping[str, object], *, draws: int, seed: int
) -> Result:
    """Each ACO of the year before with its savings rate in `year` by the model of the rules, and the settlement of it.

    Benchmark, beneficiaries, track and quality stay as they are but for what `change` says; the rules are those of the
    year. Raises UsageError for a year without a model, or without a year before it in the files.
    """
    model = _model(year)
    selection: Selection = {"rules": book, "program": "mssp"}
    frame = _whole_years(read_roster(run, requested(data, year - 1, selection)), book)
    last = frame["rate"].to_numpy()
    rate = _line(model).rate(frame["rate"], frame["one_sided"]).to_numpy()
    roster = frame[[name for name in _KEPT if name in frame]].assign(
        performance_year=year, expenditure_total=frame["benchmark_total"].to_numpy() * (1 - rate)
    )
    roster = roster.reset_index(drop=True)
    simulated = simulate(roster, year, draws=draws, seed=seed, sd=model.sd, rules=book, change=change)
    drawn = only_known(simulated.table)
    table = pd.DataFrame(
        {
            "aco_id": frame["aco_id"].to_numpy(),
            "performance_year": year,
            "savings_rate_last": last,
            "savings_rate": rate,
            "savings_rate_p05": rate - NINETY * model.sd,
            "savings_rate_p95": rate + NINETY * model.sd,
        }
    ).merge(drawn[["aco_id", *_DRAWN]], on="aco_id", how="left")
    line = f"{model.intercept:.4f} + {model.slope:.4f} x that of {year - 1} {model.one_sided:+.4f} if one-sided"
    fitted = f"fitted on {model.acos:,} ACOs of {model.before} and {model.after} ({model.status})"
    text = f"savings rate of {year} = {line}, standard deviation {model.sd:.4f}; {fitted}"
    but = f" but for {told_changes({'change': change})}" if change else ""
    run.note("model", f"{text}; benchmark, beneficiaries, track and quality as published{but}")
    return Result(table, run.notices)


def _whole_years(frame: pd.DataFrame, book: RuleBook) -> pd.DataFrame:
    """A row per ACO with its savings `rate`: of half-years (2019) the later, with the rate of both, as of a year."""
    dated = frame.assign(start=frame.get("agreement_start", 0)).sort_values("start", kind="stable", na_position="first")
    rows = dated.drop_duplicates("aco_id", keep="last").sort_index()
    rates = savings_rates(frame, book).set_index("aco_id")
    months = rows["months"].fillna(12) if "months" in rows else 12
    return rows.assign(
        rate=rows["aco_id"].map(rates["rate"]).to_numpy(),
        one_sided=rows["aco_id"].map(rates["one_sided"]).to_numpy(),
        benchmark_total=rows["benchmark_total"] * (12 / months),
    )


def backtested(data: Tables, book: RuleBook, run: Run) -> Result:
    """How the model of each year held on the years in the files: a row per pair of years that follow each other."""
    frame = read_roster(run, requested(data, None, {}))
    years = [int(year) for year in frame["performance_year"].unique()]
    rates = {year: savings_rates(frame[frame["performance_year"] == year], book) for year in years}
    rows = list(_backtests(rates))
    if not rows:
        raise UsageError("--backtest needs two years that follow each other, for the later of which there is a model")
    return Result(pd.DataFrame(rows), run.notices)


def _backtests(rates: dict[int, pd.DataFrame]) -> Iterator[dict[str, object]]:
    for model in next_years():
        if {model.year - 1, model.year} <= set(rates):
            found = backtest(paired(rates[model.year - 1], rates[model.year]), _line(model))
            yield {"performance_year": model.year, "fitted_on": f"{model.before}-{model.after}", **found}


def _line(model: NextYear) -> Line:
    return Line(model.acos, model.intercept, model.slope, model.one_sided, model.sd)


def _model(year: int) -> NextYear:
    models = {each.year: each for each in next_years()}
    if year not in models:
        known = f"{min(models)} to {max(models)}"
        raise UsageError(f"no model for {year}: it is fitted on years before the one projected; there are {known}")
    return models[year]
