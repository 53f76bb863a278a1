"""Scenarios ready to settle: named ones, with single changes of inputs and rules on top, checked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

import pandas as pd
import yaml

from aco_cli.api.benchmarks import read_evidence
from aco_cli.api.run import Run
from aco_cli.api.scenario_files import (
    PACKAGED,
    Scenario,
    Setting,
    convert_given,
    packaged_scenarios,
    read_scenarios,
    relative_values,
    scenario_file,
)
from aco_cli.api.selection import Names, Request, Selection, names
from aco_cli.api.vary import Vary
from aco_cli.engine.benchmark.compute import benchmark, guarded
from aco_cli.engine.whatif import Case, Change, changed, selected
from aco_cli.errors import UsageError
from aco_cli.inputs.layout import layouts_of
from aco_cli.rules.book import RuleBook
from aco_cli.rules.change import book_with_values, changed_book
from aco_cli.rules.given_lines import lines_of_scenario
from aco_cli.rules.validated_yaml import given_yaml

Assignments = Mapping[str, object] | Sequence[str]
AS_GIVEN = "changed"
AS_IS = "unchanged"


class Changes(TypedDict, total=False):
    """What is changed: values of roster columns, rules, the year of the rules; scenarios, by name or file."""

    change: Assignments | None
    rule: Assignments | None
    rules_year: int | None
    scenario: Names


CHANGES = tuple(Changes.__annotations__)


class ChangedSelection(Selection, Changes, total=False):
    """Which rows of which files, and what is changed."""


def cases_of(run: Run, book: RuleBook, changes: Changes) -> list[Case]:
    """The cases that changes ask for; none where nothing is changed."""
    is_any = any(changes.get(name) for name in ("change", "rule", "rules_year", "scenario"))
    return make_cases(run, book, changes) if is_any else []


def varied_cases(run: Run, book: RuleBook, changes: Changes, vary: Vary) -> list[Case]:
    """A case for each step of a column, on top of other changes."""
    change = assignments("--set", changes.get("change"))
    if vary.column in change:
        raise UsageError(f"--vary {vary.column}: --set gives it another value")
    found: list[Case] = []
    for value in vary.values:
        cases = make_cases(run, book, {**changes, "change": {**change, vary.column: value}})
        if len(cases) > 1:
            raise UsageError("--vary: one scenario at a time")
        found.append(replace(cases[0], name="0%" if value == "+0%" else value))
    return found


def changed_rows(
    run: Run, frame: pd.DataFrame, request: Request, cases: Sequence[Case]
) -> Iterator[tuple[str, pd.DataFrame, RuleBook]]:
    """The name of each case, the rows as it has them, with benchmarks computed from those, and its rules."""
    evidence = read_evidence(run, request) if cases else None
    tell_unmatched(run, frame, cases)
    for case in cases:
        yield case.name, changed(frame, case, request.book, with_benchmark(evidence)), case.book


def tell_unmatched(run: Run, frame: pd.DataFrame, cases: Sequence[Case]) -> None:
    """Tell of scenarios that give columns other values, but in none of the rows."""
    for case in cases:
        if case.changes and not any(selected(frame, change).any() for change in case.changes):
            run.note("no_row_meant", f"scenario {case.name}: no row fulfills its where; no column is changed")


def with_benchmark(
    evidence: tuple[pd.DataFrame, pd.DataFrame] | None,
) -> Callable[[pd.DataFrame, RuleBook], pd.DataFrame]:
    """What brings the benchmarks of changed rows into them, by the rules of their case."""

    def brought(frame: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
        return guarded(frame, benchmark(frame, *evidence, rules.by_own_years()), rules) if evidence else frame

    return brought


def make_cases(run: Run, book: RuleBook, changes: Changes) -> list[Case]:
    """The cases of the scenarios asked for, each with the other changes on top; without any, of these alone.

    Raises UsageError for what does not exist or fit in an option or a scenario.
    """
    words = names(changes.get("scenario"))
    given = _options(changes.get("change"), changes.get("rule"), changes.get("rules_year"))
    alone = _case(given, book, "--set: ", "--rule: ", given.settings)
    if not words:
        if given.name == AS_IS:
            run.note("unchanged", "nothing is changed: give --set, --vary, --rule, --rules-year or --scenario")
        return [alone]
    read = _read(run, words)
    cases = [
        _case(_on_top(scenario, given), book, f"{where}: set: ", f"{where}: ", given.settings)
        for scenario, where in read
    ]
    for case in cases:
        told = f"scenario {case.name}: {case.status}"
        if case.status and all(each.message != told for each in run.notices):
            run.warn("scenario_status", told, scenario=case.name)
    called = [case.name for case in cases]
    if twice := [name for name in called if called.count(name) > 1]:
        raise UsageError(f"scenario {twice[0]} given more than once")
    return cases


def one_case(run: Run, frame: pd.DataFrame, request: Request, changes: Changes) -> tuple[pd.DataFrame, RuleBook]:
    """The rows and rules under the changes asked for, or as they are. Raises UsageError for several cases."""
    cases = cases_of(run, request.book, changes)
    if len(cases) > 1:
        raise UsageError("one scenario at a time; aco whatif sets several side by side")
    for _, rows, book in changed_rows(run, frame, request, cases):
        run.note("changed", f"settled with {told_changes(changes)}")
        return rows, book
    return frame, request.book


def told_changes(changes: Changes) -> str:
    """What is changed, in the words of the options; nothing where nothing is."""
    columns, rules = assignments("--set", changes.get("change")), assignments("--rule", changes.get("rule"))
    told = [f"{name}={value}" for name, value in [*columns.items(), *rules.items()]]
    year = changes.get("rules_year")
    told += [f"rules of {year}"] if year else []
    return ", ".join([*(f"scenario {word}" for word in names(changes.get("scenario"))), *told])


def scenario_table() -> pd.DataFrame:
    """The packaged scenarios: what they are called and change."""
    return pd.DataFrame(
        [
            {
                "scenario": each.name,
                "description": each.description,
                "set": "; ".join(
                    _pairs(one.values) + (f" where {_pairs(one.where)}" if one.where else "") for one in each.settings
                ),
                "rules": "; ".join(filter(None, [_pairs(each.rules), *_values(each.values)])),
                "rules_year": each.rules_year,
                "scenario_status": each.status,
            }
            for each in packaged_scenarios()
        ]
    )


def _values(values: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Rule values of a scenario, one by one."""
    for program, parameters in values.items():
        for name, entries in parameters.items():
            for each in entries:
                value = _pairs(each["value"]) if isinstance(each["value"], dict) else each["value"]
                yield f"{program}.{name}={value} ({each['track']}, {each['years']})"


def _pairs(values: Mapping[str, Any]) -> str:
    """Names with values as YAML has them: nothing for a missing one, true and false in lower case."""
    words = {True: "true", False: "false", None: ""}
    known = {name: words[value] if isinstance(value, bool | None) else value for name, value in values.items()}
    return ", ".join(f"{name}={value}" for name, value in known.items())


def _options(settings: Assignments | None, rules: Assignments | None, rules_year: int | None) -> Scenario:
    columns = assignments("--set", settings)
    values = assignments("--rule", rules).items()
    read = {name: _value(name, value) if isinstance(value, str) else value for name, value in values}
    name = AS_GIVEN if columns or read or rules_year else AS_IS
    return Scenario(name, "", (Setting(columns),) if columns else (), read, rules_year)


def assignments(option: str, given: Assignments | None) -> dict[str, object]:
    """Values by name, of a mapping or of texts `NAME=VALUE`. Raises UsageError for a text without a sign."""
    if isinstance(given, Mapping):
        return dict(given)
    found: dict[str, object] = {}
    for text in given or ():
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f"{option} {text}: expected NAME=VALUE")
        found[name.strip()] = value.strip()
    return found


def _value(name: str, text: str) -> Any:
    try:
        return given_yaml(text)
    except yaml.YAMLError:
        raise UsageError(f"--rule {name}={text}: expected a number, a word, or a mapping such as {{a: 1}}") from None


def _read(run: Run, words: Sequence[str]) -> Iterator[tuple[Scenario, str]]:
    """The scenarios asked for, each with words that say where it is from."""
    for word in words:
        for part in [word] if Path(word).is_file() else word.split(","):
            path = scenario_file(part)
            if path.parent != PACKAGED:
                run.reading([str(path)], "scenario")
            for scenario in read_scenarios(path):
                yield scenario, f"--scenario {part} ({scenario.name})"


def _on_top(scenario: Scenario, given: Scenario) -> Scenario:
    return replace(
        scenario,
        settings=scenario.settings + given.settings,
        rules={**scenario.rules, **given.rules},
        rules_year=given.rules_year or scenario.rules_year,
    )


def _change(setting: Setting, *, is_asked: bool) -> Change:
    values, moves = relative_values(setting.values)
    convert_given(dict.fromkeys(moves))  # refuses columns that cannot be given
    return Change(convert_given(setting.where, selects=True), convert_given(values), moves, is_asked)


def _case(scenario: Scenario, book: RuleBook, set_prefix: str, rule_prefix: str, asked: Sequence[Setting] = ()) -> Case:
    with _told(set_prefix):
        changes = [_change(each, is_asked=each in asked) for each in scenario.settings]
    programs = layouts_of("roster")[0].columns["program"].choices
    with _told(rule_prefix):
        if others := [name for name in scenario.rules if name.partition(".")[0] not in programs]:
            raise UsageError(f"{others[0]!r} is no rule of a settlement: expected {' or '.join(programs)}.PARAMETER")
        rules = changed_book(book, scenario.rules, scenario.rules_year)
        rules = book_with_values(rules, scenario.values, scenario.file) if scenario.values else rules
        lines = tuple(lines_of_scenario(scenario.lines, scenario.file, scenario.place))
        return Case(scenario.name, changes, rules.with_lines(lines) if lines else rules, scenario.status)


@contextmanager
def _told(where: str) -> Iterator[None]:
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{where}{error}") from None
