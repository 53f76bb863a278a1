"""Benchmarks as wholes: against the rules written a second time, properties, and what is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aco_cli.engine.benchmark.compute import RESULTS, benchmark, benchmark_rows, eras

ERAS = [("2014-01-01", 1), ("2016-01-01", 2), ("2018-01-01", 2), ("2019-07-01", 3), ("2024-01-01", 1)]
VARIED = {
    "person_years": (1, 50_000),
    "per_capita_expenditure": (100, 90_000),
    "risk_score": (0.3, 3),
    "regional_expenditure": (100, 90_000),
    "national_weight": (0, 1),
    "national_expenditure": (100, 90_000),
}
EVERYTHING = {"flat_dollar_update": 100.0, "trend_factor": 1.02, "update_factor": 1.03, "acpt_update_factor": 1.04}


NEARLY_ALIKE = {  # so that caps do not decide all
    **{"person_years": (900, 1_100), "per_capita_expenditure": (9_500, 10_300), "risk_score": (0.97, 1.03)},
    **{"regional_expenditure": (9_500, 10_500), "national_weight": (0, 1), "national_expenditure": (9_700, 10_300)},
}
RATIOS = {"demographic_score": (0.98, 1.02), "risk_ratio": (0.9, 1.1), "acpt_update_factor": (0.98, 1.06)}


def vary(made, random, ranges):
    """Give an ACO-year random figures."""
    for name, (low, high) in (RATIOS | ranges).items():
        for when, kind in made.by_type:
            made.set(name, {when: float(random.uniform(low, high))}, kind=kind)
    return made


@st.composite
def figures(draw, case):
    """An ACO-year of the July 2019 era with random figures of any realistic size, or each near to the others."""
    made = case(period=draw(st.integers(1, 5)), regional_period=draw(st.integers(0, 5)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return vary(made, random, VARIED if draw(st.booleans()) else NEARLY_ALIKE)


def complete(case, start: str, period: int):
    """An ACO-year of any era that lacks nothing."""
    made = case(start, period, prior_savings_per_capita=50.0)
    for name, value in EVERYTHING.items():
        made.set(name, value)
    return made


@pytest.mark.parametrize(
    ("start", "period"), [*ERAS[:3], ("2019-07-01", None), ("2024-01-01", None), ("2025-01-01", None)]
)
@pytest.mark.parametrize("ranges", [VARIED, NEARLY_ALIKE], ids=["apart", "near"])
def test_equals_the_rules_written_a_second_time(case, book, slow, start, period, ranges) -> None:
    random = np.random.default_rng(42)
    for year in range(int(start[:4]), 2027) if start >= "2024" else [2022]:
        cases = []
        for _ in range(100):
            roster = {
                "regional_period": int(random.integers(0, 6)),
                "prior_savings_per_capita": random.choice([-200.0, 0.0, 150.0, 500.0, 2_000.0]),
                "population_adjustment": random.choice([-50.0, 0.0, 60.0, 300.0]),
                "months": random.choice([6.0, 12.0]),
                "track": random.choice(["enhanced", "basic-b"]),
            }
            made = vary(case(start, period or int(random.integers(1, 6)), **roster), random, ranges)
            made.year = year
            made.national = cases[0].national if cases else made.national  # the same for all
            cases.append(made)
        rosters, expenditures, references = zip(*(each.frames(f"A{n}") for n, each in enumerate(cases)), strict=True)
        rows = benchmark_rows(pd.concat(rosters), pd.concat(expenditures), references[0], book)
        for found, made in zip(rows, cases, strict=True):
            for name, value in slow(made).items():
                assert found.figure(name) == pytest.approx(value, rel=1e-11, abs=1e-6), (name, made.roster)


@pytest.mark.parametrize(("start", "period"), ERAS)
@settings(max_examples=20)
@given(shares=st.lists(st.floats(1, 1e5), min_size=4, max_size=4))
def test_types_all_alike_are_one_type(case, computed, start, period, shares) -> None:
    """How people spread over types that are alike makes no difference."""
    kinds = ("esrd", "disabled", "aged-dual", "aged-nondual")
    made = complete(case, start, period)
    alike = computed(made)
    for kind, share in zip(kinds, shares, strict=True):
        made.set("person_years", share, kind=kind)
    assert computed(made)["updated_benchmark"] == pytest.approx(alike["updated_benchmark"], rel=1e-12)


@pytest.mark.parametrize(("start", "period"), ERAS)
@pytest.mark.parametrize("factor", [2.0, 0.25])
def test_scaling_dollars_scales_the_benchmark(case, computed, start, period, factor) -> None:
    made, scaled = complete(case, start, period), complete(case, start, period)
    for held in (*scaled.by_type.values(), *scaled.national.values()):
        for name in ("per_capita_expenditure", "regional_expenditure", "national_expenditure", "flat_dollar_update"):
            if name in held:
                held[name] *= factor
    scaled.roster["prior_savings_per_capita"] *= factor
    assert computed(scaled)["benchmark_total"] == factor * computed(made)["benchmark_total"]


@settings(max_examples=60)
@given(data=st.data())
def test_caps_hold_whatever_the_figures(case, row, data) -> None:
    """The regional adjustment stays within 5 percent of national expenditure, the risk ratio at 1.03 or below."""
    made = data.draw(figures(case))
    found = row(made)
    for kind in ("esrd", "disabled", "aged-dual", "aged-nondual"):
        cap = 0.05 * found.figure("national[by3]", kind)
        assert abs(found.figure("type_adjustment", kind)) <= cap
        assert found.figure("performance_risk_ratio", kind) <= 1.03


@pytest.mark.parametrize(("start", "period"), ERAS)
def test_nothing_changes_where_nothing_grows(case, computed, start, period) -> None:
    """Equal years, no trend, no prior savings: the benchmark is what was spent."""
    made = case(start, period, prior_savings_per_capita=0.0).set("acpt_update_factor", 1.0)
    result = computed(made)
    assert (result["historical_benchmark"], result["updated_benchmark"]) == (10_000, 10_000)
    assert result["benchmark_total"] == result["expenditure_total"] == 40_000_000


@settings(max_examples=40)
@given(data=st.data())
def test_order_of_rows_makes_no_difference_to_the_last_bit(case, book, data) -> None:
    roster, expenditures, reference = data.draw(figures(case)).frames()
    seed = data.draw(st.integers(0, 2**32 - 1))
    mixed = [frame.sample(frac=1, random_state=seed) for frame in (expenditures, reference)]
    pd.testing.assert_frame_equal(
        benchmark(roster, *mixed, book), benchmark(roster, expenditures, reference, book), check_exact=True
    )


NEEDED = {
    ("2014-01-01", 1): ["person_years", "per_capita_expenditure", "risk_score", "risk_ratio", "national_expenditure"],
    ("2018-01-01", 2): ["regional_expenditure", "risk_ratio"],
    ("2019-07-01", 3): ["risk_score", "regional_expenditure", "national_weight", "national_expenditure"],
    ("2024-01-01", 1): ["demographic_score", "acpt_update_factor"],
}


@pytest.mark.parametrize(("era", "name"), [(era, name) for era, names in NEEDED.items() for name in names])
@pytest.mark.parametrize("period", ["BY1", "BY3", "PY"])
def test_a_figure_that_is_not_there_is_named_or_not_needed(case, computed, era, name, period) -> None:
    """Whatever is taken away: what depends on it is unknown and the note names it; all else stays as it was."""
    made = case(*era, prior_savings_per_capita=0.0).set("acpt_update_factor", 1.0)
    before = computed(made)
    result = computed(made.set(name, {period: np.nan}, kind="aged-dual"))
    if result["notes"].startswith("missing: "):
        assert name in result["notes"] or name == "national_expenditure"
        assert "aged-dual" in result["notes"]
        assert any(np.isnan(result[each]) for each in RESULTS if each != "two_way_total")
        assert all(np.isnan(result[each]) or result[each] == before[each] for each in RESULTS)
    else:
        pd.testing.assert_series_equal(pd.Series(result), pd.Series(before), check_exact=True)


@pytest.mark.parametrize("name", ["regional_period", "prior_savings_per_capita"])
def test_a_figure_of_the_roster_that_is_not_there_is_named(case, computed, name) -> None:
    made = complete(case, "2024-01-01", 1)
    made.roster[name] = np.nan
    result = computed(made)
    assert np.isnan(result["benchmark_total"])
    assert result["notes"] == f"missing: {name}"


def test_every_missing_piece_is_named(case, computed) -> None:
    made = case().set("risk_score", {"BY1": np.nan}, kind="esrd").set("per_capita_expenditure", {"PY": np.nan})
    assert computed(made)["notes"] == (
        "missing: BY1 esrd risk_score, PY esrd per_capita_expenditure, PY disabled per_capita_expenditure, "
        "PY aged-dual per_capita_expenditure, PY aged-nondual per_capita_expenditure"
    )


def test_a_type_without_people_needs_nothing(case, computed) -> None:
    made = case().set("person_years", 0.0, kind="esrd")
    for (_, kind), held in made.by_type.items():
        if kind == "esrd":
            held.update(dict.fromkeys(set(held) - {"person_years"}, np.nan))
    result = computed(made)
    assert result["updated_benchmark"] == 10_000
    assert result["notes"] == ""


@pytest.mark.parametrize(
    ("start", "period"), [("2012-01-01", 1), ("2012-04-01", 2), ("2019-03-01", 1), ("2027-01-01", 1), (None, 1)]
)
def test_an_agreement_of_no_era_is_refused(case, computed, start, period) -> None:
    result = computed(case(start, period))
    assert np.isnan(result["benchmark_total"])
    assert result["notes"] == "no benchmark rules for this agreement_start and agreement_period"


def test_a_roster_without_agreements_is_refused(case, book) -> None:
    roster, expenditures, reference = case().frames()
    result = benchmark(roster.drop(columns="agreement_start"), expenditures, reference, book)
    assert result["notes"].tolist() == ["no benchmark rules for this agreement_start and agreement_period"]


def test_rules_that_are_not_verified_are_noted(case, computed) -> None:
    notes = computed(complete(case, "2024-01-01", 1))["notes"]
    assert "depends on an unverified parameter: regional_adjustment (42 CFR 425.656)" in notes
    for parameter in ("prior_savings (42 CFR 425.658;", "prospective_trend (42 CFR 425.652(b);"):
        assert f"depends on a derived parameter: {parameter}" in notes
    assert "prospective_trend" not in computed(complete(case, "2025-01-01", 1))["notes"]
    assert computed(complete(case, "2019-07-01", 1))["notes"] == ""


def test_figures_of_an_agreement_start_win_over_those_for_all(case, book) -> None:
    """A reference file may hold national figures for ACOs of one start beside those for everybody."""
    roster, expenditures, reference = complete(case, "2014-01-01", 1).frames()
    own = reference.assign(agreement_start=pd.Timestamp("2014-01-01"), flat_dollar_update=1_100.0)
    other = reference.assign(agreement_start=pd.Timestamp("2013-01-01"), flat_dollar_update=9_999.0)
    general = reference.assign(agreement_start=pd.NaT)
    alone = benchmark(roster, expenditures, general, book)["updated_benchmark"]
    both = benchmark(roster, expenditures, pd.concat([general, own, other]), book)["updated_benchmark"]
    assert (both - alone).tolist() == pytest.approx([1_000])


@pytest.mark.parametrize("period", ["BY1", "BY3", "PY"])
@pytest.mark.parametrize(
    ("era", "name"),
    [
        *((("2019-07-01", 3), name) for name in ("risk_score", "regional_expenditure", "national_expenditure")),
        (("2014-01-01", 1), "risk_ratio"),
        (("2024-01-01", 1), "demographic_score"),
    ],
)
def test_a_zero_that_no_population_has_is_missing(case, computed, era, name, period) -> None:
    """It would be divided by, or make a cap of nothing: an infinite benchmark, or a wrong one."""

    def with_figure(value: float) -> dict[str, object]:
        made = case(*era, prior_savings_per_capita=0.0).set("acpt_update_factor", 1.0)
        return computed(made.set(name, {period: value}, kind="aged-dual"))

    assert with_figure(0.0) == pytest.approx(with_figure(np.nan), nan_ok=True)


def blended(case, **roster):
    """An ACO-year of which only blended factors are known, as table A3 of CMS's report has them."""
    made = case(**roster).set("national_weight", np.nan).set("trend_factor", 1.02).set("update_factor", 1.03)
    return made.set("regional_expenditure", dict.fromkeys(("BY1", "BY2", "PY"), np.nan))


def test_factors_without_weights_count_whole_and_say_so(case, computed) -> None:
    """Two thirds of $10,000 are trended by 2 percent; the region lies $133.33 lower, of which 15 percent count."""
    result = computed(blended(case))
    historical = 10_000 * (2 * 1.02 + 1) / 3
    assert result["historical_benchmark"] == pytest.approx(historical, rel=1e-14)
    adjusted = historical - 0.15 * (historical - 10_000)
    assert result["updated_benchmark"] == pytest.approx(adjusted * 1.03, rel=1e-14)
    assert result["notes"] == "no national_weight given: trend_factor and update_factor count whole, as blended ones"


@pytest.mark.parametrize(("period", "kind"), [("BY3", "esrd"), ("PY", "aged-nondual")])
def test_factors_do_not_count_whole_in_one_type_alone(case, computed, period, kind) -> None:
    """A weight that only one type lacks is missing; it does not make that type's factor a blended one."""
    made = blended(case).set("national_weight", 0.25).set("national_weight", {period: np.nan}, kind=kind)
    for other in {"esrd", "disabled", "aged-dual", "aged-nondual"} - {kind}:
        made.set("regional_expenditure", 10_000.0, kind=other)
    result = computed(made)
    assert np.isnan(result["benchmark_total"])
    assert f"{period} {kind} national_weight" in result["notes"]


def test_a_region_without_weights_asks_for_the_weights(case, computed) -> None:
    made = blended(case).set("regional_expenditure", {"BY2": 9_000.0})
    assert "missing: BY3 esrd national_weight" in computed(made)["notes"]


def test_blended_factors_beside_a_weight_are_told_how_to_be_given(case, computed) -> None:
    """As someone would put a report's table A3 into the files: its weights and its blended factors."""
    notes = computed(blended(case).set("national_weight", 0.27))["notes"]
    assert "missing: BY1 esrd regional_expenditure" in notes
    assert notes.endswith("; leave national_weight blank if trend_factor and update_factor are blended already")


def test_blended_factors_count_alike_without_a_weight_and_with_one_of_1(case, computed) -> None:
    alone = computed(blended(case))
    whole = computed(blended(case).set("national_weight", 1.0))
    assert whole["benchmark_total"] == alone["benchmark_total"]


@pytest.mark.parametrize("period", ["BY3", "PY"])
def test_nobody_in_any_type_is_told(case, computed, period) -> None:
    result = computed(case().set("person_years", {period: 0.0}))
    assert np.isnan(result["benchmark_total"])
    assert result["notes"] == f"missing: person_years of {period} above 0"


@pytest.mark.parametrize(
    ("period", "year"), [("BY1", 2017), ("BY1", 2018), ("BY2", 2018), ("BY3", 2022), ("PY", 2021), ("PY", 2023)]
)
def test_calendar_years_run_up_to_the_performance_year(case, book, period, year) -> None:
    """An ACO whose years do not would be given the national figures of others."""
    roster, expenditures, reference = case().frames()
    expenditures.loc[expenditures["period"] == period, "calendar_year"] = year
    result = benchmark(roster, expenditures, reference, book).iloc[0]
    assert result[list(RESULTS)].isna().all()
    assert result["notes"] == "calendar_year must run from BY1 up to PY, and that of PY be performance_year"


@pytest.mark.parametrize(("months", "part"), [(6.0, 0.5), (12.0, 1.0), (None, None)])
def test_a_year_in_which_the_agreement_starts_needs_its_months(case, computed, months, part) -> None:
    roster = {} if months is None else {"months": months}
    result = computed(case("2022-07-01", 3, **roster))
    if part is None:
        assert np.isnan(result["benchmark_total"])
        assert result["notes"] == "missing: months (the agreement starts within the performance year)"
    else:
        assert result["benchmark_total"] == part * 40_000_000
    assert result["updated_benchmark"] == 10_000


@pytest.mark.parametrize(("roster", "is_so"), [({"track": "enhanced"}, 1), ({"track": "basic-e"}, 0), ({}, 0)])
def test_an_aco_is_in_the_enhanced_track_where_its_roster_says_so(case, row, roster, is_so) -> None:
    assert row(case(**roster)).figure("is_enhanced") == is_so


@pytest.mark.parametrize(
    ("start", "needs"), [("2021-07-01", False), ("2022-01-01", False), ("2022-02-01", True), ("2022-12-01", True)]
)
def test_months_are_needed_where_the_agreement_starts_after_january_of_the_year(case, computed, start, needs) -> None:
    assert np.isnan(computed(case(start, 3))["benchmark_total"]) == needs


def test_a_benchmark_that_cannot_be_updated_keeps_its_historical_part(case, computed) -> None:
    result = computed(case("2014-01-01", 1).set("national_expenditure", {"PY": np.nan}))
    assert result["historical_benchmark"] == result["adjusted_benchmark"] == 10_000
    assert np.isnan(result["updated_benchmark"])
    assert "missing: PY esrd flat_dollar_update (reference)" in result["notes"]


def test_rows_have_every_figure_and_those_without_an_era_none(case, book) -> None:
    """In the order of the roster, each with the rules of its own era."""
    made = [case("2019-07-01", 3), case("2027-01-01", 1), case("2014-01-01", 1)]
    frames = [each.frames(f"A{at}") for at, each in enumerate(made)]
    roster, expenditures = (pd.concat([frame[part] for frame in frames], ignore_index=True) for part in (0, 1))
    rows = benchmark_rows(roster, expenditures, frames[0][2], book)
    assert [each and each.situation.year for each in rows] == [2019, None, 2014]
    assert len({each.situation.track for each in rows if each}) == 2
    result = benchmark(roster, expenditures, frames[0][2], book)
    for at, each in enumerate(rows):
        for name in ("historical_benchmark", "updated_benchmark", "benchmark_total"):
            expected = result[name][at]
            assert np.isnan(expected) if each is None else each.figure(name) == pytest.approx(expected, nan_ok=True)


FIRST, SECOND, SECOND_2017 = "first-agreement", "rebased-2016", "rebased-2017"
BLEND, PROSPECTIVE = "blend-2019", "prospective-2024"
# Agreement start and period, performance year and era: the first and last of each, and what is just beyond.
ROWS_OF_ERAS = [
    *(("2012-03-31", 1, 2012, None), ("2012-04-01", 1, 2012, FIRST), ("2018-01-31", 1, 2018, FIRST)),
    *(("2018-02-01", 1, 2018, None), ("2014-01-01", 0, 2014, None), ("2014-01-01", 2, 2014, None)),
    *(("2015-12-31", 2, 2016, None), ("2016-01-01", 2, 2016, SECOND), ("2016-12-31", 2, 2017, SECOND)),
    *(("2016-07-01", 1, 2016, FIRST), ("2016-07-01", 3, 2016, None), ("2017-01-01", 3, 2017, None)),
    *(("2017-01-01", 2, 2017, SECOND_2017), ("2019-01-31", 2, 2019, SECOND_2017), ("2019-02-01", 2, 2019, None)),
    *(("2019-06-30", 1, 2019, None), ("2019-07-01", 1, 2019, BLEND), ("2023-12-31", 99, 2023, BLEND)),
    *(("2023-01-01", 0, 2023, None), ("2023-01-01", 100, 2023, None), ("2023-01-01", np.nan, 2023, None)),
    *(("2020-01-01", 1, 2026, BLEND), ("2020-01-01", 1, 2027, None), (None, 1, 2020, None)),
    *(("2024-01-01", 1, 2023, None), ("2024-01-01", 1, 2024, PROSPECTIVE), ("2024-01-01", 99, 2026, PROSPECTIVE)),
    *(("2024-01-01", 1, 2027, None), ("2025-01-01", 1, 2024, None), ("2025-01-01", 1, 2026, PROSPECTIVE)),
    *(("2026-12-31", 1, 2026, PROSPECTIVE), ("2027-01-01", 1, 2027, None)),
]


def roster_of_eras() -> pd.DataFrame:
    names = ["agreement_start", "agreement_period", "performance_year", "era"]
    frame = pd.DataFrame(ROWS_OF_ERAS, columns=names)
    return frame.assign(agreement_start=pd.to_datetime(frame["agreement_start"]), program="mssp")


def test_eras_are_by_start_and_agreement_period_up_to_the_last_verified_year(book) -> None:
    """Each with the rules of the year of its start, and those of an era that go by performance year with that too."""
    roster = roster_of_eras()
    situations, known = eras(roster, book)
    assert known.tolist() == roster["era"].notna().tolist()
    found = [situations.found[code] for code in situations.codes]
    expected = roster[known]
    assert [each.track for each in found] == expected["era"].tolist()
    assert [each.year for each in found] == expected["agreement_start"].dt.year.tolist()
    dated = expected["performance_year"].where(expected["era"] == PROSPECTIVE, None)
    assert [each.performance_year for each in found] == dated.astype(object).where(dated.notna(), None).tolist()
    assert {each.program for each in found} == {"mssp-benchmark"}


@pytest.mark.parametrize("lacks", ["agreement_start", "agreement_period"])
def test_no_era_without_a_start_or_period(book, lacks: str) -> None:
    assert not eras(roster_of_eras().drop(columns=lacks), book)[1].any()


def test_no_era_in_another_program(book) -> None:
    """Rows of it are passed over, and those beside them keep theirs; without a program all are of this one."""
    roster = roster_of_eras()
    other = pd.concat([roster.assign(program="pioneer"), roster], ignore_index=True)
    assert eras(other, book)[1].tolist() == [False] * len(roster) + roster["era"].notna().tolist()
    assert eras(roster.drop(columns="program"), book)[1].tolist() == roster["era"].notna().tolist()


def test_the_two_columns_of_an_agreement_are_enough_for_an_era(book) -> None:
    """As a table has them that says nothing of performance years."""
    alone = roster_of_eras()[["agreement_start", "agreement_period"]].iloc[:8]
    assert eras(alone, book)[1].tolist() == [False, True, True, False, False, False, False, True]


@pytest.mark.parametrize("name", ["national_weight", "risk_score", "regional_expenditure", "per_capita_expenditure"])
@pytest.mark.parametrize(("start", "period"), ERAS)
def test_a_column_that_a_file_does_not_have_is_one_without_figures(case, book, start, period, name) -> None:
    """The same benchmark and the same notes: no figure of all types is as four figures that nobody knows."""
    roster, expenditures, reference = complete(case, start, period).frames()
    absent = benchmark(roster, expenditures.drop(columns=name), reference, book)
    empty = benchmark(roster, expenditures.assign(**{name: np.nan}), reference, book)
    pd.testing.assert_frame_equal(absent, empty, check_exact=True)


@pytest.mark.parametrize("name", ["national_expenditure", "flat_dollar_update", "acpt_update_factor"])
@pytest.mark.parametrize(("start", "period"), ERAS)
def test_a_national_column_that_a_file_does_not_have_is_one_without_figures(case, book, start, period, name) -> None:
    roster, expenditures, reference = complete(case, start, period).frames()
    absent = benchmark(roster, expenditures, reference.drop(columns=name), book)
    empty = benchmark(roster, expenditures, reference.assign(**{name: np.nan}), book)
    pd.testing.assert_frame_equal(absent, empty, check_exact=True)


@pytest.mark.parametrize(("start", "period"), ERAS)
def test_benchmarks_of_unpublished_rules_are_warned(case, book, computed, start, period) -> None:
    """`is_warned` and the text say the same, and nothing is warned that has no benchmark."""
    result = computed(complete(case, start, period))
    assert result["is_warned"] == ("depends on " in result["notes"])
    broken = complete(case, start, period).set("person_years", {"PY": np.nan})
    assert not computed(broken)["is_warned"]
    assert "depends on " not in computed(broken)["notes"]
