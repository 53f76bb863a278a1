"""Files that say how aco works, changed at random: words and an exit code, and a file that says the same does the same.

Rules, lines of the law, scenarios and mappings in YAML; settings in TOML; manifests in JSON.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import aco_cli as aco
from aco_cli.api.scenario_files import read_scenarios
from aco_cli.commands.settings import SETTINGS, read_settings
from aco_cli.inputs.claims.mapping import read_mapping
from aco_cli.rules.validated_yaml import given_yaml

PACKAGE = Path(aco.__file__).parent
RULES = {
    program: sorted((PACKAGE / "rules" / program).glob("*.yaml"))
    for program in ("mssp", "mssp/quality", "mssp-benchmark", "mssp-expenditures", "pioneer", "reach")
}
SCENARIOS = sorted((PACKAGE / "scenarios").glob("*.yaml"))
MAPPINGS = sorted((PACKAGE / "inputs" / "claims" / "mappings").glob("*.yaml"))
LAW = {"mssp": "mssp/settlement.yaml", "mssp-benchmark": "mssp/benchmark.yaml", "reach": "reach/settlement.yaml"}
RATES = "aco_id,performance_year,performance_year_number,ACO-1,ACO-13,ACO-28\nA1,2018,3,90,40,60\nA2,2018,1,90,40,95\n"
Use = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module")
def uses(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Use]:
    """What goes by the rules of each program, as a call that takes rules."""
    rates = tmp_path_factory.mktemp("rates") / "rates.csv"
    rates.write_text(RATES)
    roster = pd.read_csv(sample / "roster_2014.csv", dtype="str", keep_default_na=False).head(12)
    years = [roster.assign(performance_year=year) for year in ("2014", "2016", "2019")]
    both = {"expenditures": sample / "expenditures_2022.csv", "reference": sample / "reference_2022.csv"}

    def settled(table: Any, year: Any = None, **more: Any) -> Use:
        return lambda rules=None: aco.settle(table, year, rules=rules, **more).table

    return {
        "mssp": settled(pd.concat(years), "all"),
        "mssp/quality": lambda rules=None: aco.quality(rates, 2018, rules=rules).table,
        "mssp-benchmark": settled(sample / "agreements_2022.csv", 2022, **both),
        "mssp-expenditures": lambda rules=None: shown(rules),
        "pioneer": settled(sample / "pioneer_published.csv"),
        "reach": settled(sample / "reach_results.csv"),
    }


def shown(rules: Any) -> pd.DataFrame:
    """The rules of claims in every year, as the engine gets them."""
    from aco_cli.rules.expenditures import expenditure_rules

    book = aco.Rules(*([rules] if rules else []))
    return pd.DataFrame([[repr(expenditure_rules(book, [year]))] for year in range(2016, 2027)])


@pytest.fixture(scope="module")
def sound(uses: Mapping[str, Use]) -> Mapping[str, pd.DataFrame]:
    return {name: use() for name, use in uses.items()}


def test_rules(fuzz, uses: Mapping[str, Use], sound: Mapping[str, pd.DataFrame]) -> None:
    def try_one(case: Any) -> None:
        program = case.choice(list(RULES))
        path = case.choice(RULES[program])
        same = case.yaml(case.folder / program / path.name, path.read_text("utf-8"))
        found = case.told(lambda: uses[program](rules=case.folder))
        if same and found is not None:
            pd.testing.assert_frame_equal(found, sound[program])

    fuzz(try_one)


def test_lines_of_the_law(fuzz, uses: Mapping[str, Use], sound: Mapping[str, pd.DataFrame]) -> None:
    """Some lines of the package's, as a folder would bring them."""
    laws = {name: yaml.safe_load((PACKAGE / "law" / file).read_text("utf-8")) for name, file in LAW.items()}
    names = {name: [line for line, entry in law.items() if "label" in entry] for name, law in laws.items()}

    def try_one(case: Any) -> None:
        program = case.choice(list(LAW))
        lines = {name: laws[program][name] for name in case.sample(names[program], 3)}
        same = case.yaml(case.folder / LAW[program], yaml.safe_dump(lines))
        found = case.told(lambda: uses[program](rules=case.folder))
        if same and found is not None:
            pd.testing.assert_frame_equal(found, sound[program])

    fuzz(try_one)


@pytest.fixture(scope="module")
def changed(sample: Path) -> Callable[[Path], pd.DataFrame]:
    """The roster under a scenario."""
    roster = pd.read_csv(sample / "roster_2014.csv", dtype="str", keep_default_na=False).head(12)
    return lambda path: aco.whatif(roster, 2014, scenario=str(path)).table


def test_scenarios(fuzz, changed: Callable[[Path], pd.DataFrame]) -> None:
    def try_one(case: Any) -> None:
        packaged, path = case.choice(SCENARIOS), case.folder / "scenario.yaml"
        same = case.yaml(path, packaged.read_text("utf-8"))
        found = None
        if case.told(lambda: read_scenarios(path)):
            found = case.told(lambda: changed(path))
        if same and found is not None:
            pd.testing.assert_frame_equal(found, changed(packaged))

    fuzz(try_one)


def test_mappings(fuzz, tmp_path: Path) -> None:
    """At times read with tables that lack what it asks for."""

    def try_one(case: Any) -> None:
        packaged, path = case.choice(MAPPINGS), case.folder / "mapping.yaml"
        case.yaml(path, packaged.read_text("utf-8"))
        if case.told(lambda: read_mapping(str(path), given_yaml)) and case.random() < 0.2:
            case.is_sound = False
            tables = {name: case.folder / f"{name}.csv" for name in ("claims", "enrollment", "assignment", "reference")}
            for table in tables.values():
                table.write_text("person_id,claim_id\n1,2\n")
            case.told(lambda: aco.expenditures(2018, mapping=path, **tables))

    fuzz(try_one)


TREE: Mapping[str, Any] = {
    **{"rules": ["ours"], "strict": True, "format": "json", "log_format": "text"},
    **{"exact": False, "layout": "auto", "expect_rules": "0123456789abcdef"},
}


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{json.dumps(str(key))} = {toml(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps("" if value is None else value)


def tables(tree: Any) -> str:
    """A file of settings, as far as such content can be one."""
    held = tree if isinstance(tree, dict) else {"tool": tree}
    return "".join(f"{json.dumps(str(key))} = {toml(value)}\n" for key, value in held.items())


def test_settings(fuzz, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is accepted holds every key of the file with its value, and nothing else."""

    def try_one(case: Any) -> None:
        monkeypatch.chdir(case.folder)
        name = case.choice(("aco.toml", "pyproject.toml"))
        held = {"tool": {"aco": TREE}, "project": {"name": "x"}} if name == "pyproject.toml" else TREE
        held = json.loads(json.dumps(held))
        text = case.text(tables(held)) if case.random() < 0.5 else tables(case.tree(held))
        Path(name).write_text(text, encoding="utf-8", errors="replace")
        read = case.told(lambda: read_settings({"HOME": str(case.folder)}))
        if read is not None and name == "aco.toml":
            said = tomllib.loads(Path(name).read_text("utf-8"))
            assert set(read.values) == {key.replace("-", "_") for key in said} <= set(SETTINGS)
            for key, value in said.items():
                assert read.values[key.replace("-", "_")] in (value, [value])

    fuzz(try_one)


def test_manifests(fuzz, aco, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is confirmed is what is recorded of the files, the rules and the program."""
    folder = tmp_path_factory.mktemp("manifest")
    (folder / "r.csv").write_text("".join((sample / "roster_2014.csv").read_text("utf-8").splitlines(True)[:6]))
    assert aco("settle", "2014", "r.csv", "-o", "out.csv", "--manifest", cwd=folder).returncode == 0
    path = folder / "out.csv.manifest.json"
    text = path.read_text("utf-8")
    sound = json.loads(text)

    def try_one(case: Any) -> None:
        changed = case.text(text) if case.random() < 0.5 else json.dumps(case.tree(json.loads(text)))
        path.write_text(changed, encoding="utf-8", errors="replace")
        done = aco("verify", path.name, cwd=folder)
        case.refused = done.returncode in (2, 3)
        if done.returncode == 0:
            held = json.loads(path.read_text("utf-8"))
            parts = ("command", "tool", "rules_fingerprint", "libraries", "inputs", "outputs")
            assert {part: recorded(held[part]) for part in parts} == {part: recorded(sound[part]) for part in parts}

    def recorded(part: Any) -> Any:
        """A part without numbers of rows, which are as the bytes are."""
        return [{**file, "rows": 0} for file in part] if isinstance(part, list) else part

    fuzz(try_one)
