"""Scenario files and values given for roster columns: what is read, and what is refused with what would do."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from aco_cli.api.scenario_files import (
    Scenario,
    Setting,
    convert_given,
    packaged_scenarios,
    read_scenarios,
    scenario_file,
)
from aco_cli.errors import RulesError, UsageError


def write(folder: Path, text: str) -> Path:
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_file_holds_one_scenario_or_a_list(tmp_path: Path) -> None:
    one = "name: a\ndescription: >-\n  some\n  words\nset: {track: track-2}\n"
    one += "rules: {mssp.sequestration: 0}\nrules_year: 2016\n"
    expected = Scenario("a", "some words", (Setting({"track": "track-2"}),), {"mssp.sequestration": 0}, 2016)
    assert read_scenarios(write(tmp_path, one)) == [expected]
    two = "- {name: a}\n- {name: b, set: [{track: track-2, where: {program: mssp}}, {quality_score: 1}]}\n"
    settings = (Setting({"track": "track-2"}, {"program": "mssp"}), Setting({"quality_score": 1}))
    assert read_scenarios(write(tmp_path, two)) == [Scenario("a"), Scenario("b", "", settings)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "expected a scenario: a mapping of name, .*, set, rules, rules_year, values, lines, found None",
        ),
        ("- 3", "found 3"),
        ("\ndescription: x", "s.yaml: line 2: missing name"),
        ("name: a\nsets: {}", "s.yaml: sets, line 2: unknown key, did you mean set"),
        ("name: a\nzzz: {}", "s.yaml: zzz, line 2: unknown key, expected one of name, .*, lines$"),
        ("- {name: a}\n- {name: b, set: 3}", "s.yaml: entry 2: set, line 2: expected columns with their values"),
        ("{name: a, set: [{track: track-1, where: x}]}", "with where or without"),
        ("name: a\n\nrules: [x]", "s.yaml: rules, line 3: expected a mapping, found \\['x'\\]"),
        ("{name: a, values: {mssp: 3}}", "values: mssp, line 1: expected a mapping, found 3"),
        ("description: x\nname: [a]", r"s.yaml: name, line 2: expected text, found \['a'\]"),
        ("name: 2014", "name, line 1: expected text, found 2014"),
        ("name: {a: b}", "name, line 1: expected text, found {'a': 'b'}"),
        ("name: ' '", "s.yaml: line 1: missing name"),
        ("- name: a\n- name: b\n  description: [x]", r"entry 2: description, line 3: expected text, found \['x'\]"),
        ("{name: a, status: 3}", "status, line 1: expected text, found 3"),
        ("name: a\nset: {state: [TX]}", "set, line 2: expected one value for column state, found {'state'"),
        ("{name: a, set: {track: track-1, where: {state: {a: 1}}}}", "expected one value for column state"),
        ("{name: a, set: [[1]]}", "set, line 1: expected columns with their values"),
        ("{name: a, set: false}", "set, line 1: expected columns with their values"),
        ("{name: a, lines: x}", "lines, line 1: expected a mapping, found 'x'"),
        ("{name: a, rules_year: 2014.0}", "rules_year, line 1: expected a year such as 2016, found 2014.0"),
        ("{name: a, rules_year: next}", "rules_year, line 1: expected a year such as 2016, found 'next'"),
    ],
)
def test_other_forms_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RulesError, match=message):
        read_scenarios(write(tmp_path, text))


def test_a_key_without_a_value_is_as_if_it_were_absent(tmp_path: Path) -> None:
    blank = "name: a\n" + "".join(f"{key}:\n" for key in ("description", "status", "set", "rules", "rules_year"))
    assert read_scenarios(write(tmp_path, f"{blank}values:\nlines:\n")) == [Scenario("a")]
    dates = read_scenarios(write(tmp_path, "{name: a, set: {agreement_start: 2012-07-01, state: , quality_score: .5}}"))
    assert dates[0].settings == (
        Setting({"agreement_start": dt.date(2012, 7, 1), "state": None, "quality_score": 0.5}),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{name: a", r"s\.yaml: cannot be read as YAML"),
        ("name: a\nset: {months: 1, months: 2}", "key months is given more than once"),
    ],
)
def test_what_is_no_yaml_or_says_something_twice_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RulesError, match=message):
        read_scenarios(write(tmp_path, text))


def test_name_means_a_packaged_scenario_and_anything_else_a_file(tmp_path: Path) -> None:
    for scenario in packaged_scenarios():
        assert read_scenarios(scenario_file(scenario.name)) == [scenario]
    assert scenario_file(str(write(tmp_path, "name: a"))).name == "s.yaml"
    with pytest.raises(UsageError, match="neither a file nor the name of a scenario; did you mean two-sided"):
        scenario_file("two-sidde")
    with pytest.raises(UsageError, match="the names are msr-0, no-quality-penalty, no-sequestration"):
        scenario_file("zzz")


def test_values_are_read_as_cells_of_the_roster_are() -> None:
    found = convert_given(
        {
            "track": "Track-2",
            "quality_score": "91.3%",
            "quality_reported": True,
            "advance_balance": "$1,200.50",
            "agreement_start": "7/1/2012",
            "msr_election": 0.02,
            "months": None,
        }
    ).iloc[0]
    assert pd.isna(found.pop("months"))
    assert found.to_dict() == {
        "track": "track-2",
        "agreement_start": pd.Timestamp("2012-07-01"),
        "msr_election": "0.02",
        "quality_score": 0.913,
        "quality_reported": 1.0,
        "advance_balance": 1200.5,
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"quality_scor": "1"}, "no roster column 'quality_scor', did you mean quality_score"),
        ({"zzz": "1"}, "no roster column 'zzz', expected one of aco_id, aco_name, "),
        ({"track": "trak-2"}, r"track: expected one of .*, found 'trak-2'; did you mean track-2"),
        ({"quality_score": "91.3"}, "quality_score: .* looks like a percentage; write 0.913"),
        ({"quality_score": "2", "months": "x"}, "(?s)quality_score: .*months: expected a whole number"),
        ({"aco_id": "A1"}, "aco_id cannot be changed: it says which row it is"),
        ({"performance_year": "2015"}, "performance_year cannot be changed: rules of another year are --rules-year"),
        ({"person_years": "10"}, "person_years cannot be changed: .* change benchmark_total"),
    ],
)
def test_values_that_do_not_fit_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        convert_given(values)
