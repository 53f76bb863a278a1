"""The rule book: what is covered and complete, what is not, and how a folder of one's own adds to it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from aco_cli.engine.settle import settle
from aco_cli.errors import RulesError
from aco_cli.rules.book import RuleBook, Situation

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
    "basic-a": (2019, 2025),
    "basic-b": (2019, 2025),
    "basic-c": (2019, 2025),
    "basic-d": (2019, 2025),
    "basic-e": (2019, 2025),
    "enhanced": (2019, 2025),
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


def test_no_value_reaches_beyond_what_is_verified() -> None:
    for program in BOOK.programs.values():
        for parameter in BOOK.parameters(program.name).values():
            assert max(entry.years[-1] for entry in parameter.entries) <= program.verified_through, parameter.name


def test_every_citation_names_a_listed_document() -> None:
    for program in BOOK.programs:
        for parameter in BOOK.parameters(program).values():
            for entry in parameter.entries:
                assert BOOK.sources_of(entry), (parameter.name, entry.cite)


def test_every_listed_document_says_what_and_where_it_is() -> None:
    for source in BOOK.sources.values():
        assert set(source) >= {"title", "publisher", "where"}


@pytest.mark.parametrize(
    ("situation", "message"),
    [
        (Situation("msp", "track-1", 2014), "unknown program 'msp': expected .*mssp.*did you mean mssp"),
        (Situation("mssp", "track1", 2014), "unknown track 'track1': mssp has track-1, .*did you mean track-1"),
        (Situation("mssp", "", 2014), "unknown track ''"),
        (Situation("mssp", "track-3", 2014), "mssp track-3 in 2014 is not covered: Track 3 ran in 2016-2021"),
        (Situation("mssp", "track-1", 2022), "mssp track-1 in 2022 is not covered: Track 1 ran in 2012-2021"),
        (Situation("mssp", "track-1", 2011), "mssp track-1 in 2011 is not covered"),
        (Situation("mssp", "basic-e", 2026), "mssp basic-e in 2026 is not covered: .* through 2025"),
        (Situation("mssp", "basic-e", 2018), "mssp basic-e in 2018 is not covered: BASIC level E ran in 2019-2025"),
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
    """A file of values that are made up for 2026 unless they say otherwise."""
    made_up = {"years": 2026, "status": "assumed", "cite": "42 CFR 425, made up for a test"}
    content = {"label": f"{name}, made up", "unit": "made up", "values": [{**made_up, **item} for item in values]}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.fixture
def next_year(tmp_path: Path) -> Path:
    """Rules of 2026 for one old track and one new: every figure differs from those of 2025."""
    folder = tmp_path / "rules" / "mssp"
    folder.mkdir(parents=True)
    program = {
        "label": "Shared Savings Program with a made-up year",
        "verified_through": 2026,
        "tracks": {
            "enhanced": {"label": "ENHANCED", "years": "2019-2026"},
            "basic-z": {"label": "BASIC level Z", "years": 2026},
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
    "performance_year": 2026,
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


def test_a_new_year_is_covered_for_its_tracks_only(next_year: Path) -> None:
    book = RuleBook([next_year])
    book.check(Situation("mssp", "enhanced", 2026))
    book.check(Situation("mssp", "basic-z", 2026))
    with pytest.raises(RulesError, match="mssp basic-a in 2026 is not covered"):
        book.check(Situation("mssp", "basic-a", 2026))
    with pytest.raises(RulesError, match=r"mssp enhanced in 2027 is not covered: .* through 2026"):
        book.check(Situation("mssp", "enhanced", 2027))


def test_a_year_beyond_what_is_verified_is_never_carried_forward(tmp_path: Path) -> None:
    """A value for 2026 alone does not make 2026 covered."""
    folder = tmp_path / "mssp"
    folder.mkdir()
    put(folder, "sequestration", {"value": 0.01})
    with pytest.raises(RulesError, match="through 2025"):
        RuleBook([tmp_path]).check(Situation("mssp", "enhanced", 2026))


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
        ("derived", "rests on a derived value: "),
        ("unverified", "rests on an unverified value: "),
        ("assumed", "rests on an assumed value: "),
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
    """A misspelt `mssp` would otherwise be passed over, and the rules of the project settle without a word."""
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
