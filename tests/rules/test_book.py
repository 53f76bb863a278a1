"""The rule book: what is covered and complete, what is not, and how a folder of one's own adds to it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from aco_cli.engine.benchmark.compute import eras
from aco_cli.engine.settle import settle
from aco_cli.errors import RulesError
from aco_cli.rules import book as module
from aco_cli.rules.book import RuleBook, Situation, scoring
from aco_cli.rules.expenditures import expenditure_rules
from aco_cli.rules.given_lines import TABLES
from aco_cli.rules.parameters import OPEN, PACKAGED
from aco_cli.rules.validated_yaml import read_yaml

BOOK = RuleBook()
SITUATIONS = [situation for situation in BOOK.situations() if situation.program == "mssp"]
NEEDED_BY_ALL = (
    "risk_model",
    "minimum_savings_rate",
    "maximum_sharing_rate",
    "quality_in_sharing",
    "sequestration",
    "payment_limit",
    "termination",
)
NEEDED_WITH_LOSSES = ("loss_rate", "loss_limit")
# The performance years of each track (rules, A.1).
YEARS = {
    "track-1": (2012, 2021),
    "track-1-plus": (2018, 2021),
    "track-2": (2012, 2021),
    "track-3": (2016, 2021),
    "basic-a": (2019, 2026),
    "basic-b": (2019, 2026),
    "basic-c": (2019, 2026),
    "basic-d": (2019, 2026),
    "basic-e": (2019, 2026),
    "enhanced": (2019, 2026),
}


def value(track: str, year: int, name: str, book: RuleBook = BOOK) -> Any:
    entry = book.entry(Situation("mssp", track, year), name)
    return entry and entry.value


def test_tracks_and_years_of_the_shared_savings_program() -> None:
    assert {(s.track, s.year) for s in SITUATIONS} == {
        (track, year) for track, (first, last) in YEARS.items() for year in range(first, last + 1)
    }


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_every_track_has_in_every_year_what_a_settlement_needs(situation: Situation) -> None:
    missing = [name for name in NEEDED_BY_ALL if BOOK.entry(situation, name) is None]
    two_sided = value(situation.track, situation.year, "risk_model") == "two-sided"
    missing += [name for name in NEEDED_WITH_LOSSES if (BOOK.entry(situation, name) is not None) != two_sided]
    assert missing == []


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_a_sliding_or_elected_rate_has_its_scale(situation: Situation) -> None:
    basis = value(situation.track, situation.year, "minimum_savings_rate")["basis"]
    assert basis in {"sliding", "elective", "fixed"}
    assert BOOK.entry(situation, "minimum_savings_rate_scale") is not None
    if basis == "elective":
        assert BOOK.entry(situation, "elected_rate_minimum_beneficiaries") is not None


def test_losses_can_be_waived_from_2017_in_every_two_sided_track() -> None:
    for s in SITUATIONS:
        if value(s.track, s.year, "risk_model") == "two-sided":
            least = value(s.track, s.year, "extreme_circumstances")
            by_year = {2020: 1, 2021: 1, 2022: 1, 2023: 5 / 12}
            assert least == (by_year.get(s.year, 0) if s.year >= 2017 else None), s


def test_the_scale_has_no_gap() -> None:
    bands = value("track-1", 2014, "minimum_savings_rate_scale")
    assert bands[0]["lower"] == 500
    for below, above in pairwise(bands):
        assert above["lower"] == below["upper"] + 1
        assert above["at_lower"] == below["at_upper"]
    assert all(band["at_lower"] >= band["at_upper"] for band in bands)


def test_rates_are_fractions() -> None:
    """A rate of 50 for 50 % would settle without a word."""
    for name in ("maximum_sharing_rate", "payment_limit", "sequestration"):
        assert all(0 <= entry.value < 1 for entry in BOOK.parameters("mssp")[name].entries)


def test_values_of_one_parameter_do_not_overlap() -> None:
    """Two values for one track and year in the packaged rules would be a slip that the order of the file hides."""
    for program in BOOK.programs:
        for parameter in BOOK.parameters(program).values():
            covered = [(track, year) for entry in parameter.entries for track in entry.tracks for year in entry.years]
            assert len(covered) == len(set(covered)), parameter.name


def test_what_holds_in_the_last_verified_year_goes_on() -> None:
    """Else a new year would need an edit of every value; only a model that has ended and figures of a year end."""
    ends = {
        (program.name, name)
        for program in BOOK.programs.values()
        for name, parameter in BOOK.parameters(program.name).items()
        for entry in parameter.entries
        if program.verified_through in entry.years and entry.years.stop != OPEN
    }
    assert {each for each in ends if each[0] != "pioneer"} == {
        ("mssp-quality", "disaster_score"),
        ("reach", "risk_corridors"),  # announced to change
    }


def test_no_year_beyond_what_is_verified_is_written() -> None:
    for program in BOOK.programs.values():
        for parameter in BOOK.parameters(program.name).values():
            assert max(entry.years.start for entry in parameter.entries) <= program.verified_through, parameter.name


def test_every_citation_names_a_listed_document() -> None:
    for program in BOOK.programs:
        for parameter in BOOK.parameters(program).values():
            for entry in parameter.entries:
                assert BOOK.sources_of(entry), (parameter.name, entry.cite)


def test_every_listed_document_says_what_and_where_it_is() -> None:
    for source in BOOK.sources.values():
        assert set(source) == {"title", "publisher", "where"}


@pytest.mark.parametrize(
    ("situation", "message"),
    [
        (Situation("msp", "track-1", 2014), "unknown program 'msp': expected .*mssp.*did you mean mssp"),
        (Situation("mssp", "track1", 2014), "unknown track 'track1': mssp has track-1, .*did you mean track-1"),
        (Situation("mssp", "", 2014), "unknown track ''"),
        (Situation("mssp", "track-3", 2014), "mssp track-3 in 2014 is not covered: Track 3 ran in 2016-2021"),
        (Situation("mssp", "track-1", 2022), "mssp track-1 in 2022 is not covered: Track 1 ran in 2012-2021"),
        (Situation("mssp", "track-1", 2011), "mssp track-1 in 2011 is not covered"),
        (Situation("mssp", "basic-e", 2027), "mssp basic-e in 2027 is not covered: .* through 2026"),
        (Situation("mssp", "basic-e", 2018), "mssp basic-e in 2018 is not covered: BASIC level E runs from 2019 on"),
    ],
)
def test_what_is_not_covered_is_said(situation: Situation, message: str) -> None:
    with pytest.raises(RulesError, match=message):
        BOOK.check(situation)


def test_what_is_covered_passes() -> None:
    for situation in SITUATIONS:
        BOOK.check(situation)


def test_a_parameter_that_does_not_apply_has_no_entry() -> None:
    assert value("track-1", 2014, "loss_rate") is None
    assert value("track-1", 2014, "half_rate") is None
    assert value("track-1", 2014, "no_such_parameter") is None


# A folder of rules beside the packaged ones


def put(folder: Path, name: str, *values: dict[str, Any]) -> None:
    """A file of values that are made up for 2027 unless they say otherwise."""
    made_up = {"years": 2027, "status": "assumed", "cite": "42 CFR 425, made up for a test"}
    content = {"label": f"{name}, made up", "unit": "made up", "values": [{**made_up, **item} for item in values]}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.fixture
def next_year(tmp_path: Path) -> Path:
    """Rules of 2027 for one old track and one new: every figure differs from those of 2026."""
    folder = tmp_path / "rules" / "mssp"
    folder.mkdir(parents=True)
    program = {
        "label": "Shared Savings Program with a made-up year",
        "verified_through": 2027,
        "tracks": {
            "enhanced": {"label": "ENHANCED", "years": "2019-2027"},
            "basic-z": {"label": "BASIC level Z", "years": 2027},
        },
    }
    (folder / "program.yaml").write_text(yaml.safe_dump(program), encoding="utf-8")
    both = ["enhanced", "basic-z"]
    put(folder, "risk_model", {"track": "enhanced", "value": "two-sided"}, {"track": "basic-z", "value": "one-sided"})
    put(
        folder,
        "minimum_savings_rate",
        {"track": "enhanced", "value": {"basis": "fixed", "rate": 0.01}},
        {"track": "basic-z", "value": {"basis": "sliding"}},
    )
    put(
        folder,
        "minimum_savings_rate_scale",
        {"value": [{"lower": 100, "upper": 100_000, "at_lower": 0.06, "at_upper": 0.03}]},
    )
    put(folder, "maximum_sharing_rate", {"track": "enhanced", "value": 0.8}, {"track": "basic-z", "value": "1/3"})
    put(folder, "quality_in_sharing", {"track": both, "value": {"basis": "score"}})
    put(folder, "sequestration", {"track": both, "value": 0.05})
    put(folder, "payment_limit", {"track": both, "value": 0.12})
    put(folder, "payment_order", {"track": both, "value": "sequestration-first"})
    put(folder, "loss_rate", {"track": "enhanced", "value": {"basis": "quality", "floor": 0.1, "ceiling": 0.9}})
    put(folder, "loss_limit", {"track": "enhanced", "value": {"benchmark": 0.03}})
    put(folder, "extreme_circumstances", {"track": "enhanced", "value": 0.25})
    put(
        folder,
        "termination",
        {
            "track": both,
            "value": {"voluntary_after_month": 3, "savings_lost_through_month": 12, "losses_prorated": True},
        },
    )
    return tmp_path / "rules"


ROW: dict[str, Any] = {
    "performance_year": 2027,
    "track": "enhanced",
    "assigned_beneficiaries": 50_050,
    "benchmark_total": 100e6,
    "expenditure_total": 98e6,
    "quality_score": 0.5,
}


@pytest.mark.parametrize(
    ("change", "figures"),
    [
        # 2,000,000 x 80 % x 50 % = 800,000 less 5 %
        ({}, {"msr": 0.01, "final_sharing_rate": 0.4, "settlement": 760_000}),
        # 40,000,000 x 40 % = 16,000,000 less 5 %, limited to 12 %
        ({"expenditure_total": 60e6}, {"payment_limit": 12e6, "settlement": 12e6}),
        # losses of 2,000,000 x (1 - 80 % x 50 %), a quarter waived
        ({"expenditure_total": 102e6}, {"shared_loss_rate": 0.6, "settlement": -900_000}),
        # losses of 20,000,000 x 60 % are limited to 3 %, a quarter waived
        ({"expenditure_total": 120e6}, {"loss_limit": 3e6, "settlement": -2.25e6}),
        ({"expenditure_total": 100_999_999.0}, {"settlement": 0}),
        # halfway through a scale of one band; a third of 5,000,000 x 50 % less 5 %
        ({"track": "basic-z", "expenditure_total": 95e6}, {"msr": 0.045, "settlement": 5e6 / 6 * 0.95}),
        ({"track": "basic-z", "expenditure_total": 95_500_001.0}, {"msr": 0.045, "settlement": 0}),
        ({"track": "basic-z", "expenditure_total": 150e6}, {"settlement": 0}),
    ],
)
def test_a_new_year_settles_from_data_alone(
    change: dict[str, Any], figures: dict[str, float], next_year: Path, canonical
) -> None:
    settled = settle(canonical([{**ROW, **change}]), RuleBook([next_year]), (*figures, "outcome"))
    assert settled["outcome"][0] != "not-calculable"
    assert settled.iloc[0][list(figures)].to_dict() == pytest.approx(figures, rel=1e-12)


def test_a_new_year_leaves_the_others_as_they_were(next_year: Path, canonical) -> None:
    """Also in one run with rows of the new year."""
    old = {**ROW, "performance_year": 2019, "msr_election": "0.02", "quality_score": 0.8}
    rows = [old, ROW, {**old, "expenditure_total": 105e6}, {**old, "track": "track-1"}]
    alone = settle(canonical(rows[:1] + rows[2:]), BOOK, ("settlement", "msr", "outcome"))
    beside = settle(canonical(rows), RuleBook([next_year]), ("settlement", "msr", "outcome"))
    assert beside.drop(index=1).to_dict("list") == alone.to_dict("list")


def test_a_new_year_is_covered_for_what_runs_in_it(next_year: Path) -> None:
    book = RuleBook([next_year])
    for track in ("enhanced", "basic-z", "basic-a"):
        book.check(Situation("mssp", track, 2027))
    for track in ("track-1", "enhanced"):
        assert not book.covers(Situation("mssp", track, 2028))
    with pytest.raises(RulesError, match="mssp track-1 in 2027 is not covered: Track 1 ran in 2012-2021"):
        book.check(Situation("mssp", "track-1", 2027))
    with pytest.raises(RulesError, match=r"mssp enhanced in 2028 is not covered: .* through 2027"):
        book.check(Situation("mssp", "enhanced", 2028))


@pytest.fixture(scope="module")
def one_more_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that does nothing but say that the rules of 2027 are verified."""
    root = tmp_path_factory.mktemp("rules")
    for folder in ("mssp", "mssp-benchmark", "mssp-expenditures"):
        (root / folder).mkdir()
        (root / folder / "program.yaml").write_text("verified_through: 2027\n")
    return root


def test_a_year_in_which_nothing_changes_is_one_edit_per_program(one_more_year: Path, canonical) -> None:
    """Every track that goes on settles 2027 as it did 2026, gains and losses, and what it is called stays."""
    book = RuleBook([one_more_year])
    tracks = [name for name, (_, last) in YEARS.items() if last == 2026]
    amounts = (90e6, 99.5e6, 104e6, 140e6)
    given = {**ROW, "msr_election": "0.01", "quality_standard_met": 1.0, "participant_revenue": 30e6}
    rows = [
        {**given, "performance_year": year, "track": track, "expenditure_total": dollars}
        for year in (2026, 2027)
        for track in tracks
        for dollars in amounts
    ]
    settled = settle(canonical(rows), book, ("settlement", "outcome", "msr", "final_sharing_rate", "loss_limit"))
    before, after = settled.iloc[: len(rows) // 2], settled.iloc[len(rows) // 2 :].reset_index(drop=True)
    pd.testing.assert_frame_equal(after, before, check_exact=True)
    assert (after["settlement"] > 0).any()
    assert (after["settlement"] < 0).any()
    assert book.programs["mssp"] == replace(BOOK.programs["mssp"], verified_through=2027)


def test_one_more_year_has_benchmarks_and_expenditures(one_more_year: Path) -> None:
    book = RuleBook([one_more_year])
    years = {(each.program, each.track): each.year for each in book.situations()}
    assert years["mssp-benchmark", "prospective-2024"] == years["mssp-expenditures", "every-track"] == 2027
    assert years["mssp-benchmark", "blend-2019"] == 2023
    start = pd.DataFrame({"agreement_start": [pd.Timestamp("2027-01-01")], "agreement_period": [1.0]})
    assert eras(start, book)[1].tolist() == [True]
    assert eras(start, BOOK)[1].tolist() == [False]
    assert expenditure_rules(book, [2027]).aged_from == 65
    with pytest.raises(RulesError, match="through 2026"):
        expenditure_rules(BOOK, [2027])


def test_a_value_without_track_holds_for_a_track_that_a_folder_adds(tmp_path: Path) -> None:
    (tmp_path / "mssp").mkdir()
    (tmp_path / "mssp" / "program.yaml").write_text("tracks: {basic-z: {label: Z, years: 2020-}}\n")
    book = RuleBook([tmp_path])
    assert value("basic-z", 2023, "sequestration", book) == 0.02
    assert value("basic-z", 2023, "payment_limit", book) is None
    assert BOOK.programs["mssp"].tracks.keys() < book.programs["mssp"].tracks.keys()


def test_situations_end_with_what_is_verified() -> None:
    last = {
        each.program: max(one.year for one in BOOK.situations() if one.program == each.program) for each in SITUATIONS
    }
    assert last == {"mssp": BOOK.programs["mssp"].verified_through}


# All that is in force, in one call


@pytest.mark.parametrize("situation", [*SITUATIONS[::7], scoring(2014), scoring(2024)], ids=str)
def test_what_is_in_force_is_every_value_of_its_track_and_year(situation: Situation) -> None:
    held = BOOK.in_force(situation)
    one_by_one = {
        name: parameter.entry(situation.track, situation.year)
        for name, parameter in BOOK.parameters(situation.program).items()
    }
    assert {name: entry for name, entry in held.items() if name in one_by_one} == {
        name: entry for name, entry in one_by_one.items() if entry
    }
    assert all(BOOK.entry(situation, name) is entry for name, entry in held.items())
    assert BOOK.in_force(replace(situation)) is held


def test_nothing_is_in_force_where_nothing_is_covered() -> None:
    """Values go on, but not beyond what is verified, and not in a track that has ended."""
    assert BOOK.parameters("mssp")["payment_limit"].entry("enhanced", 2027) is not None
    assert BOOK.in_force(Situation("mssp", "enhanced", 2027)) == {}
    assert BOOK.in_force(Situation("mssp", "track-1", 2022)) == {}
    assert BOOK.value(Situation("mssp", "enhanced", 2027), "payment_limit") is None
    with pytest.raises(RulesError, match="unknown program"):
        BOOK.in_force(Situation("msp", "enhanced", 2020))


def test_a_changed_book_has_its_own_rules_in_force() -> None:
    situation = Situation("mssp", "track-1", 2014)
    before = BOOK.in_force(situation)
    limit = BOOK.parameters("mssp")["payment_limit"]
    changed = BOOK.changed([replace(limit, entries=(replace(limit.entries[0], value=0.5),))], 2013)
    assert changed.value(situation, "payment_limit") == 0.5
    assert changed.value(situation, "quality_in_sharing") == {"basis": "reporting"}
    assert changed.in_force(Situation("mssp", "track-1", 2031)) == changed.in_force(situation)
    assert BOOK.in_force(situation) is before


# What nobody confirmed for a year


def unconfirmed(program: str, track: str, year: int, book: RuleBook = BOOK) -> dict[str, str]:
    return {name: why for name, _, why in book.unconfirmed(Situation(program, track, year))}


def test_values_that_are_not_published_are_not_confirmed() -> None:
    assert unconfirmed("mssp", "enhanced", 2024) == {"savings_rate_deviation": "not published"}
    assert unconfirmed("mssp", "enhanced", 2026).keys() == {"prepaid_shared_savings", "savings_rate_deviation"}
    assert set(unconfirmed("mssp", "track-2", 2014)) == {"loss_limit", "payment_limit", "savings_rate_deviation"}
    assert {"ACO-9": "not published"}.items() <= unconfirmed("mssp-quality", "any", 2014).items()


def test_every_value_that_goes_on_beyond_what_is_verified_is_not_confirmed() -> None:
    found = unconfirmed("mssp", "enhanced", 2027)
    assert found["payment_limit"] == "carried beyond verified_through 2026"
    assert found["savings_rate_deviation"] == "not published; carried beyond verified_through 2026"
    assert found.keys() == BOOK.in_force(Situation("mssp", "enhanced", 2026)).keys()
    assert unconfirmed("mssp", "track-1", 2027) == unconfirmed("pioneer", "core", 2027) == {}


def test_a_value_written_for_a_year_is_confirmed_for_it_and_no_later(tmp_path: Path) -> None:
    (tmp_path / "mssp").mkdir()
    put(tmp_path / "mssp", "payment_limit", {"years": "2027-", "value": 0.1, "status": "published"})
    book = RuleBook([tmp_path])
    assert "payment_limit" not in unconfirmed("mssp", "enhanced", 2027, book)
    assert "payment_limit" in unconfirmed("mssp", "enhanced", 2028, book)
    assert not book.covers(Situation("mssp", "enhanced", 2027))


def test_a_year_beyond_what_is_verified_is_never_carried_forward(tmp_path: Path) -> None:
    """A value for 2027 alone does not make 2027 covered."""
    folder = tmp_path / "mssp"
    folder.mkdir()
    put(folder, "sequestration", {"value": 0.01})
    with pytest.raises(RulesError, match="through 2026"):
        RuleBook([tmp_path]).check(Situation("mssp", "enhanced", 2027))


def test_values_of_a_later_folder_win(tmp_path: Path) -> None:
    for number, rate in enumerate((0.01, 0.03)):
        folder = tmp_path / str(number) / "mssp"
        folder.mkdir(parents=True)
        put(folder, "sequestration", {"years": 2020, "value": rate})
    first, second = tmp_path / "0", tmp_path / "1"
    assert value("track-1", 2020, "sequestration", RuleBook([first])) == 0.01
    assert value("track-1", 2020, "sequestration", RuleBook([first, second])) == 0.03
    assert value("track-1", 2020, "sequestration", RuleBook([second, first])) == 0.01
    assert value("track-1", 2019, "sequestration", RuleBook([first, second])) == 0
    assert value("track-1", 2020, "sequestration", RuleBook()) == 0


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("derived", "depends on a derived parameter: "),
        ("unverified", "depends on an unverified parameter: "),
        ("assumed", "depends on an assumed parameter: "),
    ],
)
def test_a_status_of_a_folder_is_told_in_notes(status: str, note: str, tmp_path: Path, canonical) -> None:
    folder = tmp_path / "mssp"
    folder.mkdir()
    put(folder, "sequestration", {"years": 2014, "value": 0.03, "status": status})
    row = {**ROW, "performance_year": 2014, "track": "track-1"}
    notes = settle(canonical([{**row, "expenditure_total": 90e6}, row]), RuleBook([tmp_path]), ("notes",))["notes"]
    assert note in notes[0]
    assert notes[1] == ""


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="nowhere"):
        RuleBook([tmp_path / "nowhere"])


def test_a_file_instead_of_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "sequestration.yaml"
    path.write_text("label: x", encoding="utf-8")
    with pytest.raises(RulesError, match=r"sequestration\.yaml"):
        RuleBook([path])


def test_a_folder_of_a_program_that_nobody_described_is_refused(tmp_path: Path) -> None:
    """A misspelled `mssp` would otherwise be passed over, and the rules of the project settle without a word."""
    folder = tmp_path / "mspp"
    folder.mkdir()
    put(folder, "sequestration", {"years": 2014, "value": 0.5})
    with pytest.raises(RulesError, match="mspp"):
        RuleBook([tmp_path])


def test_a_value_of_the_wrong_kind_is_refused_with_its_file(tmp_path: Path, canonical) -> None:
    """Text where a number belongs is an error of the rule file, told as one, when loaded or when used."""
    folder = tmp_path / "mssp"
    folder.mkdir()
    put(folder, "sequestration", {"years": 2014, "value": "two percent"})
    with pytest.raises(RulesError, match="sequestration"):
        settle(
            canonical([{**ROW, "performance_year": 2014, "track": "track-1"}]), RuleBook([tmp_path]), ("settlement",)
        )


@pytest.mark.parametrize("name", ["notes.txt", "sequestration.yaml"])
def test_a_folder_without_rules_of_a_program_is_refused(tmp_path: Path, name: str) -> None:
    """Rules at its top would count for no program, and be passed over without a word."""
    (tmp_path / name).write_text("label: x\n")
    (tmp_path / "mssp").mkdir()
    with pytest.raises(RulesError, match=r"expected rules such as .*mssp/sequestration.yaml, found none"):
        RuleBook([tmp_path])


@pytest.mark.parametrize("table", TABLES)
def test_lines_of_the_law_are_no_parameter_and_make_a_folder_one_of_rules(table: str, tmp_path: Path) -> None:
    (tmp_path / "mssp").mkdir()
    (tmp_path / "mssp" / f"{table}.yaml").write_text("shared_savings: {formula: savings / 2}\n")
    assert RuleBook([tmp_path]).parameters("mssp").keys() == BOOK.parameters("mssp").keys()


@pytest.mark.parametrize("table", TABLES)
def test_lines_of_the_law_of_an_unknown_program_are_refused(table: str, tmp_path: Path) -> None:
    (tmp_path / "mspp").mkdir()
    (tmp_path / "mspp" / f"{table}.yaml").write_text("shared_savings: {formula: savings / 2}\n")
    with pytest.raises(RulesError, match="mspp: rules of an unknown program; did you mean mssp"):
        RuleBook([tmp_path])


def test_a_misspelled_folder_inside_a_program_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "mssp" / "qualty"
    folder.mkdir(parents=True)
    put(folder, "points", {"years": 2014, "value": 1})
    with pytest.raises(RulesError, match="did you mean mssp-quality"):
        RuleBook([tmp_path])


def test_files_that_have_nothing_to_do_with_rules_are_no_concern(tmp_path: Path) -> None:
    for place in (".github/workflows", "mssp/old/2014"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "x.yaml").write_text("no: rules")
    put(tmp_path / "mssp", "sequestration", {"years": 2020, "value": 0.07})
    assert value("track-1", 2020, "sequestration", RuleBook([tmp_path])) == 0.07


def test_only_the_files_of_a_program_that_is_asked_for_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A settlement need not wait for the measures of ten years."""
    read: list[Path] = []
    monkeypatch.setattr(module, "read_yaml", lambda path: read.append(path) or read_yaml(path))
    book = RuleBook()
    assert read == []
    book.check(SITUATIONS[0])
    book.in_force(SITUATIONS[0])
    assert {path.parent for path in read} == {PACKAGED / "mssp"}


def test_files_of_a_folder_that_is_given_are_all_read_at_once(tmp_path: Path) -> None:
    """A slip is told by the first run, not by that which needs the value."""
    folder = tmp_path / "mssp" / "quality"
    folder.mkdir(parents=True)
    (folder / "points.yaml").write_text("label: x\nunit: y\n")
    with pytest.raises(RulesError, match=r"points\.yaml: line 1: missing values"):
        RuleBook([tmp_path])


def test_corridors_that_do_not_rise_are_refused(tmp_path: Path) -> None:
    (tmp_path / "reach").mkdir()
    corridors = "[{lower: 0, share: 1}, {lower: 0.5, share: 0.5}, {lower: 0.2, share: 0.1}]"
    entry = f'{{track: global, years: 2025, status: assumed, cite: "a proposal", value: {corridors}}}'
    text = f"label: Risk corridors\nunit: shares\nvalues:\n  - {entry}\n"
    (tmp_path / "reach" / "risk_corridors.yaml").write_text(text)
    with pytest.raises(
        RulesError, match=r"risk_corridors.yaml: value 1: value, line 4: lower must rise from row to row"
    ):
        RuleBook([tmp_path])


SCALE = {"lower": 500, "upper": 999, "at_lower": 0.12, "at_upper": 0.1}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "minimum_savings_rate_scale",
            [SCALE, {**SCALE, "upper": {}}],
            "value 2: upper, line 7: expected a number, found {}",
        ),
        ("minimum_savings_rate_scale", [{**SCALE, "upper": "999"}], "upper, line 7: expected a number, found '999'"),
        ("minimum_savings_rate_scale", [{**SCALE, "uper": 1}], "uper, line 7: unknown key"),
        ("minimum_savings_rate_scale", [{"lower": 1}], "value 1: value 1, line 7: missing at_lower, at_upper, upper"),
        ("minimum_savings_rate_scale", 0.02, "value, line 7: expected a list, found 0.02"),
        ("loss_rate", {"floor": 0.4}, "value, line 7: missing basis"),
        ("sequestration", True, "value, line 7: expected a number, found True"),
        ("sequestration", [0.02], "value, line 7: expected a number, found [0.02]"),
        ("sequestration", "5/12/3", "expected a fraction such as 5/12, found '5/12/3'"),
    ],
)
def test_a_value_formed_unlike_those_of_its_parameter_is_told(
    name: str, value: object, expected: str, tmp_path: Path
) -> None:
    """Else the engine would fail on it, or pass over a misspelled key."""
    (tmp_path / "mssp").mkdir()
    put(tmp_path / "mssp", name, {"value": value})
    with pytest.raises(RulesError) as refused:
        RuleBook([tmp_path])
    assert expected in re.sub(r"line \d+", "line 7", str(refused.value))


def test_values_formed_as_any_of_the_known_ones_are_taken(tmp_path: Path) -> None:
    (tmp_path / "mssp").mkdir()
    put(
        tmp_path / "mssp",
        "loss_rate",
        {"value": {"basis": "fixed", "rate": 1}},
        {"value": {"basis": "quality", "floor": 0}},
    )
    put(tmp_path / "mssp", "my_own", {"value": {"anything": ["goes"]}})
    assert RuleBook([tmp_path]).parameters("mssp")["my_own"].entries[0].value == {"anything": ["goes"]}
