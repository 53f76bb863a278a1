"""Rule files: what a good one says, and that a bad one is refused by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from aco_cli.errors import RulesError
from aco_cli.rules.parameters import (
    OPEN,
    PACKAGED,
    Parameter,
    Program,
    Status,
    Track,
    parameter_in,
    parse_years,
    program_in,
    rises,
    rule_files,
    show_years,
)
from aco_cli.rules.validated_yaml import read_yaml

PROGRAM = Program(
    "mssp",
    "A program",
    2025,
    {
        "track-1": Track("Track 1", range(2012, 2022)),
        "basic-a": Track("BASIC A", range(2019, OPEN)),
    },
)
FILES = [path for folder in sorted(PACKAGED.glob("*/")) for path in rule_files(folder)]
GOOD: dict[str, Any] = {
    "track": "track-1",
    "years": "2012-2021",
    "value": 0.5,
    "status": "published",
    "cite": "42 CFR 425.604(d)",
}


def write(folder: Path, *values: Any, name: str = "maximum_sharing_rate", **others: Any) -> Path:
    path = folder / f"{name}.yaml"
    content = {"label": "Maximum sharing rate", "unit": "fraction", "values": list(values), **others}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def parameter_of(path: Path) -> Parameter:
    return parameter_in(path, read_yaml(path), PROGRAM)


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in GOOD.items() if name != key}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGED).as_posix())
def test_every_value_in_the_project_has_years_citation_and_status(path: Path) -> None:
    content = read_yaml(path)
    assert content["label"]
    assert content["unit"]
    assert content["values"]
    for value in content["values"]:
        assert parse_years(value["years"])
        assert value["cite"].strip()
        assert value["status"] in list(Status)
        assert "value" in value


def test_values_that_the_rules_mark_as_unchecked_are_not_called_published() -> None:
    """Payment and loss limits of Track 2 and Track 1+ were written from memory."""
    assert statuses("payment_limit", "track-2") == statuses("payment_limit", "track-1-plus") == {"assumed"}
    assert statuses("loss_limit", "track-2") == statuses("loss_limit", "track-1-plus") == {"assumed"}


def statuses(name: str, track: str) -> set[str]:
    return {
        value["status"] for value in read_yaml(PACKAGED / "mssp" / f"{name}.yaml")["values"] if track in value["track"]
    }


def test_a_parameter_is_read(tmp_path: Path) -> None:
    parameter = parameter_of(write(tmp_path, {**GOOD, "note": "why"}))
    assert (parameter.program, parameter.name, parameter.label, parameter.unit) == (
        "mssp",
        "maximum_sharing_rate",
        "Maximum sharing rate",
        "fraction",
    )
    (entry,) = parameter.entries
    assert (entry.tracks, entry.years, entry.value, entry.status) == (
        ("track-1",),
        range(2012, 2022),
        0.5,
        Status.PUBLISHED,
    )
    assert (entry.cite, entry.note) == ("42 CFR 425.604(d)", "why")


def test_a_value_is_in_force_in_its_tracks_and_years_only(tmp_path: Path) -> None:
    parameter = parameter_of(write(tmp_path, GOOD))
    assert in_force(parameter, "track-1", 2011) is None
    assert in_force(parameter, "track-1", 2012) == in_force(parameter, "track-1", 2021) == 0.5
    assert in_force(parameter, "track-1", 2022) is None
    assert in_force(parameter, "basic-a", 2020) is None


def test_a_value_without_track_is_of_all_tracks(tmp_path: Path) -> None:
    parameter = parameter_of(write(tmp_path, without("track")))
    assert [in_force(parameter, track, 2020) for track in ("track-1", "basic-a")] == [0.5, 0.5]


def test_a_list_of_tracks(tmp_path: Path) -> None:
    parameter = parameter_of(write(tmp_path, {**GOOD, "track": ["track-1", "basic-a"]}))
    assert [in_force(parameter, track, 2020) for track in ("track-1", "basic-a")] == [0.5, 0.5]


def test_the_later_value_wins(tmp_path: Path) -> None:
    parameter = parameter_of(write(tmp_path, GOOD, {**GOOD, "years": 2020, "value": 0.6}))
    assert [in_force(parameter, "track-1", year) for year in (2019, 2020, 2021)] == [0.5, 0.6, 0.5]


def test_a_value_of_zero_is_a_value(tmp_path: Path) -> None:
    assert in_force(parameter_of(write(tmp_path, {**GOOD, "value": 0})), "track-1", 2014) == 0


@pytest.mark.parametrize(("text", "number"), [("5/12", 5 / 12), ("1/3", 1 / 3), ("7/12", 7 / 12)])
def test_fractions_are_the_nearest_float(text: str, number: float, tmp_path: Path) -> None:
    assert in_force(parameter_of(write(tmp_path, {**GOOD, "value": text})), "track-1", 2014) == number
    inside = {**GOOD, "value": {"share": text}}
    assert in_force(parameter_of(write(tmp_path, inside)), "track-1", 2014) == {"share": number}


def in_force(parameter: Parameter, track: str, year: int) -> Any:
    entry = parameter.entry(track, year)
    return entry and entry.value


@pytest.mark.parametrize(
    ("text", "years"),
    [
        (2014, range(2014, 2015)),
        ("2014", range(2014, 2015)),
        ("2012-2021", range(2012, 2022)),
        ("2012-2012", range(2012, 2013)),
        ("2019-", range(2019, OPEN)),
    ],
)
def test_years(text: str | int, years: range) -> None:
    assert parse_years(text) == years


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2014-2012",
        "2012 to 2014",
        "2012--",
        "-2014",
        "20122014",
        "-",
        "2012-2014-2016",
        "2012,2014",
        2014.5,
    ],
)
def test_years_that_are_none(text: Any) -> None:
    with pytest.raises(ValueError, match="years such as 2014, 2012-2021 or 2019-"):
        parse_years(text)


@pytest.mark.parametrize(("text", "shown"), [(2014, "2014"), ("2012-2021", "2012-2021"), ("2019-", "2019-")])
def test_years_are_shown_as_they_are_written(text: str | int, shown: str) -> None:
    assert show_years(parse_years(text)) == shown


def test_a_value_goes_on_and_a_later_one_takes_its_place(tmp_path: Path) -> None:
    open_ended = {**GOOD, "track": "basic-a", "years": "2019-"}
    parameter = parameter_of(write(tmp_path, open_ended, {**open_ended, "years": "2026-", "value": 0.6}))
    assert [in_force(parameter, "basic-a", year) for year in (2018, 2019, 2025, 2026, 2099)] == [
        None,
        0.5,
        0.5,
        0.6,
        0.6,
    ]


# Each bad value, and what the message says beside file and number of the value.
BAD_VALUES: dict[str, tuple[Any, str]] = {
    "no citation": (without("cite"), "missing cite"),
    "empty citation": ({**GOOD, "cite": ""}, "missing cite"),
    "blank citation": ({**GOOD, "cite": "  "}, "missing cite"),
    "no status": (without("status"), "missing status"),
    "no years": (without("years"), "missing years"),
    "no value": (without("value"), "missing value"),
    "unknown status": ({**GOOD, "status": "rumoured"}, "rumoured"),
    "unknown track": ({**GOOD, "track": "track-9"}, "track-9"),
    "unknown track in a list": ({**GOOD, "track": ["track-1", "track-9"]}, "track-9"),
    "unknown key": ({**GOOD, "year": 2014}, "year, line 13: unknown key"),
    "years that are none": ({**GOOD, "years": "someday"}, "someday"),
    "years backwards": ({**GOOD, "years": "2021-2012"}, "2021-2012"),
    "a value that is only a word": ("published", "published"),
    "a fraction of nothing": ({**GOOD, "value": "5/0"}, "5/0"),
    "a fraction of words": ({**GOOD, "value": "five/twelve"}, "five/twelve"),
    "a fraction of nothing in a list": ({**GOOD, "value": {"rates": [1, "5/0"]}}, "5/0"),
    "a value that is no number": ({**GOOD, "value": float("nan")}, "nan"),
    "a value without end": ({**GOOD, "value": {"rates": [1, float("inf")]}}, "inf"),
    "a value that no float holds": ({**GOOD, "value": 10**400}, "a value"),
    "an empty part": ({**GOOD, "value": {"rate": None}}, "None"),
    "a blank value": ({**GOOD, "value": " "}, "' '"),
    "a citation that is a number": ({**GOOD, "cite": 42}, "cite, line 9: expected text, found 42"),
    "a track that is a number": ({**GOOD, "track": [1]}, "track 1, line 12: expected text, found 1"),
    "a note that is a list": ({**GOOD, "note": ["a"]}, "note, line 11: expected text, found ['a']"),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_bad_value_is_refused_with_file_and_place(name: str, tmp_path: Path) -> None:
    bad, says = BAD_VALUES[name]
    path = write(tmp_path, GOOD, bad)
    with pytest.raises(RulesError) as error:
        parameter_of(path)
    assert f"{path}: value 2" in str(error.value)
    assert says in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "just words",
        "- a\n- list",
        "label: [",
        "label: x\nunit: y",
        "label: x\nunit: y\nvalues:",
        "label: x\nunit: y\nvalues: 0.5",
        "label: x\nunit: y\nvalues: []\nname: z",
        "label: x\nunit: y\nvalues: []\nvalues: []",
        "label: &x x\nunit: *x\nvalues: []",
        "label: x\nunit: y\nvalues: []\n2014: z",
        "\x00",
    ],
)
def test_a_file_that_is_no_parameter_is_refused_by_name(content: str, tmp_path: Path) -> None:
    path = tmp_path / "sequestration.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RulesError, match=r"sequestration\.yaml"):
        parameter_of(path)


def test_a_file_in_another_encoding_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "sequestration.yaml"
    path.write_bytes("label: Kürzung".encode("latin-1"))
    with pytest.raises(RulesError, match=r"sequestration\.yaml"):
        parameter_of(path)


def test_a_file_that_runs_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sequestration.yaml"
    path.write_text("!!python/object/apply:os.getcwd []", encoding="utf-8")
    with pytest.raises(RulesError, match=r"sequestration\.yaml"):
        parameter_of(path)


@pytest.mark.parametrize(
    "content",
    [
        "label: P",
        "label: P\nverified_through: 2025",
        "verified_through: 2025\ntracks: {a: {label: A, years: 2020}}",
        "label: P\nverified_through: soon\ntracks: {a: {label: A, years: 2020}}",
        "label: P\nverified_through: 2025\ntracks: {a: {years: 2020}}",
        "label: P\nverified_through: 2025\ntracks: {a: {label: A}}",
        "label: P\nverified_through: 2025\ntracks: [a, b]",
        "label: P\nverified_through: 2025\ntracks: {a: {label: A, years: never}}",
        "label: P\nverified_through: '2025'\ntracks: {a: {label: A, years: 2020}}",
        "label: P\nverified_through: 2025.5\ntracks: {a: {label: A, years: 2020}}",
        "label: P\nverified_through: true\ntracks: {a: {label: A, years: 2020}}",
        "label: P\nverified_through: 2025\nname: q\ntracks: {a: {label: A, years: 2020}}",
        "label: P\nverified_through: 2025\ntracks: {a: {label: A, years: 2020, name: b}}",
        "label: P\nverified_through: 2025\nstatus: sure\ntracks: {a: {label: A, years: 2020}}",
    ],
)
def test_a_program_that_is_not_complete_is_refused_by_name(content: str, tmp_path: Path) -> None:
    path = tmp_path / "program.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RulesError, match=r"program\.yaml"):
        program_in(path, "made-up")


def test_a_program_is_read(tmp_path: Path) -> None:
    path = tmp_path / "program.yaml"
    path.write_text("label: P\nverified_through: 2026\ntracks: {a: {label: A, years: 2020-}}", encoding="utf-8")
    program = program_in(path, "made-up")
    assert (program.name, program.label, program.verified_through) == ("made-up", "P", 2026)
    assert program.tracks == {"a": Track("A", range(2020, OPEN))}
    assert program.verified(program.tracks["a"].years) == range(2020, 2027)
    assert not program.verified(range(2027, OPEN))


def test_a_program_that_is_known_keeps_what_a_file_leaves_out(tmp_path: Path) -> None:
    known = replace(PROGRAM, cite="its results", status=Status.DERIVED)
    path = tmp_path / "program.yaml"
    path.write_text("verified_through: 2026")
    assert program_in(path, "mssp", known) == replace(known, verified_through=2026)
    path.write_text("tracks: {basic-a: {label: A, years: 2019-2020}, basic-z: {label: Z, years: 2026-}}")
    changed = program_in(path, "mssp", known)
    assert list(changed.tracks) == ["track-1", "basic-a", "basic-z"]
    assert changed.tracks["basic-a"] == Track("A", range(2019, 2021))
    assert replace(changed, tracks=known.tracks) == known


def test_a_value_that_is_nested_without_end_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "sequestration.yaml"
    value = "[" * 900 + "]" * 900
    path.write_text(f"label: x\nunit: y\nvalues: [{{years: 2014, value: {value}, status: assumed, cite: z}}]")
    with pytest.raises(RulesError, match=r"sequestration\.yaml: .*(nested|recursion)"):
        parameter_of(path)


@pytest.mark.parametrize(
    ("scale", "is_sound"),
    [
        ([{"lower": 0, "share": 1}, {"lower": 0.5, "share": 0.5}], True),
        ([{"lower": 0, "share": 1}, {"lower": 0.5, "share": 0.5}, {"lower": 0.2, "share": 0}], False),
        ([{"lower": 0, "share": 1}, {"lower": 0, "share": 0.5}], False),
        ([0.5, 0.2], True),
        (0.5, True),
    ],
)
def test_bands_and_corridors_rise(scale: Any, is_sound: bool) -> None:
    """Out of order they would be searched wrongly."""
    assert rises(scale) == is_sound
