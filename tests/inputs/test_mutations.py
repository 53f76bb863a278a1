"""Rosters with a cell or a byte changed at random: no internal error, and no figure that changes silently.

A changed cell is refused or warned of, or it is read as what it says (by a reading of its own here), and then every
figure of the row is what the plain value gives; other rows stay. `--mutations N` makes more of them.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from contextlib import suppress
from pathlib import Path
from random import Random

import pandas as pd
import pytest

import aco_cli as aco

HEADER = (
    *("aco_id", "aco_name", "performance_year", "program", "track", "initial_start", "assigned_beneficiaries"),
    *("benchmark_total", "expenditure_total", "quality_score", "advance_balance"),
)
ROWS = [
    row.split("|")
    for row in (
        "00417|Willow Bend|2015|mssp|track-1|2013-01-01|12000|120000000|112000000.50|0.95|0",
        "A2002|Copper, Inc.|2015|mssp|track-2|2012-07-01|9000|95000000|99500000|88%|",
        "A2003|Peña|2015|mssp|track-1|2014-01-01|7000|$70,000,000|66,500,000|0.90|125.5",
    )
]
PLAIN = {"112000000.50": "112000000.5", "88%": "0.88", "$70,000,000": "70000000", "66,500,000": "66500000"}
NUMBERS = ("assigned_beneficiaries", "benchmark_total", "expenditure_total", "quality_score", "advance_balance")
FIGURES = ("outcome", "settlement", "net_payment")
SIGNS = "0123456789.,$%-+()eE '\"=#;|\t\u00a0\u202f\u2212\ufeff\u200bxA/\u0661\n"
PER_BATCH = 200
REFUSED = (aco.errors.InputError, aco.errors.RulesError, aco.errors.UsageError)
RULES = aco.Rules()


def changed(random: Random, cell: str) -> str:
    """A cell with one or two of its signs deleted, doubled, replaced, swapped, or others put in."""
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(cell) + 1)
        sign = random.choice(SIGNS)
        cell = random.choice(
            (
                cell[:at] + sign + cell[at:],
                cell[:at] + sign + cell[at + 1 :],
                cell[:at] + cell[at + 1 :],
                cell[:at] + cell[at : at + 1] * 2 + cell[at + 1 :],
                cell[:at] + cell[at + 1 : at + 2] + cell[at : at + 1] + cell[at + 2 :],
                sign + cell + sign,
            )
        )
    return cell


def reading(text: str) -> float | None:
    """What a number says to somebody who looks at its digits, sign, point and percent sign only."""
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    sign = -1 if "-" in re.sub(r"[eE]-", "", text) or text.lstrip("$ ").startswith("(") else 1
    bare = re.sub(r"[^0-9.eE+-]", "", re.sub(r"^[^0-9.]+", "", text)).rstrip("+-eE.")
    if not bare:
        return None
    try:
        return sign * float(bare) / (100 if "%" in text else 1)
    except ValueError:
        return None


def written(rows: list[list[str]], kind: str, folder: Path) -> Path:
    path = folder / f"mutated.{kind}"
    if kind == "json":
        path.write_text(json.dumps([dict(zip(HEADER, row, strict=True)) for row in rows]), encoding="utf-8")
    else:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([HEADER, *rows])
        path.write_text(out.getvalue(), encoding="utf-8", newline="")
    return path


@pytest.fixture(scope="module")
def plain_settlements(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    path = written([[PLAIN.get(cell, cell) for cell in row] for row in ROWS], "csv", tmp_path_factory.mktemp("plain"))
    return aco.settle(path, 2015).table


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "batch" in metafunc.fixturenames:
        metafunc.parametrize("batch", range(-(-metafunc.config.getoption("--mutations") // PER_BATCH)))


def test_a_changed_cell_is_refused_or_warned_of_or_followed(batch: int, plain_settlements, tmp_path: Path) -> None:
    random = Random(batch)
    followed: list[tuple[str, dict[str, object], pd.Series]] = []
    for _ in range(PER_BATCH):
        rows = [list(row) for row in ROWS]
        at, place = random.randrange(len(ROWS)), random.randrange(len(HEADER))
        name, before = HEADER[place], rows[at][place]
        rows[at][place] = after = changed(random, before)
        path = written(rows, random.choice(("csv", "csv", "csv", "json")), tmp_path)
        try:
            result = aco.settle(path, 2015, columns=["advance_balance", "initial_start"], rules=RULES)
        except aco.errors.InputError as error:
            assert all("mutated" in problem.file for problem in error.problems)
            continue
        except REFUSED:
            continue
        if result.warnings or len(result.table) < len(ROWS):
            assert result.warnings or name == "performance_year", (name, before, after)
            continue
        table = result.table.set_index("aco_name" if name == "aco_id" else "aco_id", drop=False)
        own = table.iloc[[each == ROWS[at][0 if name != "aco_id" else 1] for each in table.index]].squeeze()
        others = plain_settlements[plain_settlements["aco_id"] != ROWS[at][0]].reset_index(drop=True)
        kept = result.table[result.table["aco_name"] != own["aco_name"]].reset_index(drop=True)
        pd.testing.assert_frame_equal(kept[list(others)], others)
        if name in NUMBERS:
            held = own[name]
            said = reading(after)
            assert (pd.isna(held) and said is None) or held == pytest.approx(said, rel=1e-12), (name, before, after)
        followed.append((after, {**dict(zip(HEADER, ROWS[at], strict=True)), name: own.get(name, after)}, own))
    frame = pd.DataFrame([row for _, row, _ in followed]).assign(aco_id=[f"X{n}" for n in range(len(followed))])
    frame = frame.astype("str").replace({**PLAIN, "nan": "", "NaT": ""})
    settled = aco.settle(frame, 2015, rules=RULES).table.set_index("aco_id").loc[frame["aco_id"]]
    for (after, _, own), (_, plain) in zip(followed, settled.iterrows(), strict=True):
        for figure in FIGURES:
            assert own[figure] == plain[figure] or (pd.isna(own[figure]) and pd.isna(plain[figure])), (after, figure)


def damaged(random: Random, good: bytes) -> bytes:
    """A file with bytes replaced, cut out, doubled or put in, or cut short."""
    data = good
    for _ in range(random.choice((1, 2, 8))):
        at = random.randrange(len(data) + 1)
        more = random.choice((b"\0", b"\n", b'"', b"\xef\xbb\xbf", b"\xff\xfe", b",", b"PK\x03\x04", b"sep=;\n", b"[{"))
        data = random.choice(
            (
                data[:at] + bytes([random.randrange(256)]) + data[at + 1 :],
                data[:at] + data[at + random.randrange(1, 40) :],
                data[:at] + data[random.randrange(len(data) + 1) :][: random.randrange(60)] + data[at:],
                data[:at],
                data[:at] + more + data[at:],
            )
        )
    return data


def test_a_changed_byte_is_no_internal_error(batch: int, tmp_path: Path) -> None:
    random = Random(~batch)
    good = written([list(row) for row in ROWS], random.choice(("csv", "json")), tmp_path).read_bytes()
    path = tmp_path / "damaged.csv"
    for _ in range(PER_BATCH // 4):
        path.write_bytes(damaged(random, good))
        with suppress(*REFUSED):
            aco.settle(path, 2015, rules=RULES)
