"""Small claim feeds with everything that feeds do to claims, as files, and what they come to, worked out slowly."""

from __future__ import annotations

import gzip
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from aco_cli.inputs.claims.cclf import CCLF_KINDS

Row = dict[str, Any]
PART_A, PART_B, DMEPOS = ("10", "20", "30", "40", "50", "60"), ("71", "72"), ("81", "82")
IME = ("CLM_MDCR_IP_PPS_CPTL_IME_AMT", "CLM_OPRTNL_IME_AMT")
DSH = ("CLM_MDCR_IP_PPS_DSPRPRTNT_AMT", "CLM_OPRTNL_DSPRPRTNT_AMT")
UNCOMPENSATED = "CLM_HIPPS_UNCOMPD_CARE_AMT"


@dataclass
class Feed:
    """Records by kind with the number of their delivery, and the people that they are about.

    `from_cclf8`: enrollment is in the feed and in no file of its own.
    """

    people: Any
    from_cclf8: bool
    records: list[Row] = field(default_factory=list)
    claims: int = 0

    def add(self, kind: str, delivery: int, **fields: Any) -> Row:
        row = {"kind": kind, "delivery": delivery, **fields}
        self.records.append(row)
        return row


# --- Made at random -----------------------------------------------------------------------------------------------


def random_feed(random: Random, people: Any, size: int) -> Feed:
    """So many small feeds as one, of a few people each with a few claims; every disturbance is likely to be in each."""
    feed = Feed(people, from_cclf8=random.random() < 0.3)
    years = [random.choice(((2018,), (2019, 2020), (2020, 2021), (2022,), (2023,))) for _ in range(size)]
    for year in {year for each in years for year in each}:
        people.thresholds(year, dict.fromkeys(TYPES, random.choice(("300", "20000.5", "900000"))),
                          dict.fromkeys(TYPES, random.choice((1.0, 1.037))))  # fmt: skip
    for number, own in enumerate(years):
        _add_feed(random, feed, number, own)
    assigned = {row["calendar_year"] for row in people.assignment}
    people.enrollment = [row for row in people.enrollment if int(row["month"][:4]) in assigned]
    for row in [row for row in feed.records if random.random() < 0.15]:
        later = {"delivery": min(row["delivery"] + random.randint(0, 2), DELIVERIES - 1)}
        if row["kind"] in "156" and random.random() < 0.3:  # printed again under the name of the day
            later["BENE_MBI_ID"] = row["BENE_EQTBL_BIC_HICN_NUM"]
        feed.records.append({**row, **later})
    return feed


def _add_feed(random: Random, feed: Feed, number: int, years: tuple[int, ...]) -> None:
    """People of two ACOs, somebody whom no file knows, and their claims."""
    names = [f"1S{number:02}E00AA{person}" for person in range(10, 10 + random.randint(1, 5))]
    for year in years:
        for name in names:
            _enroll(random, feed, name, year, f"A{number:02}")
    if not any(row["bene_id"] in names for row in feed.people.assignment):
        feed.people.assign(names[0], f"A{number:02}1", years[0])
    for name in [*names, f"1S{number:02}STRANGE"]:
        for _ in range(random.randint(0, 5)):
            _claim(random, feed, name, years)
    _rename(random, feed, names)


TYPES = ("esrd", "disabled", "aged-dual", "aged-nondual")
DELIVERIES = 4


def _enroll(random: Random, feed: Feed, name: str, year: int, aco: str) -> None:
    if random.random() < 0.85:
        feed.people.assign(name, aco + random.choice("12"), year)
    given: Row = {"esrd": random.random() < 0.2, "age": random.choice((50, 64, 65, 80))}
    given |= {"dual_status": random.choice(("NA", "02", "08", "03"))}
    if not feed.from_cclf8:
        given |= {"risk_score": f"{random.randint(1, 5000) / 1000:.3f}"}
    months = sorted(random.sample(range(1, 13), random.choice((12, 12, 7))))
    death = random.randint(1, 25)
    for month in months:
        parts = {"part_a": random.random() < 0.95, "part_b": random.random() < 0.95, "alive": month < death}
        parts |= {} if feed.from_cclf8 else {"health_plan": random.random() < 0.1}
        feed.people.months(name, [month], year, **given, **parts)


def _claim(random: Random, feed: Feed, name: str, years: tuple[int, ...]) -> None:
    """A claim, its versions, what demonstrations took off it, and rows that only repeat it."""
    kind = random.choice("1156")
    through = date(random.choice(years), random.randint(1, 12), random.choice((1, 15, 28)))
    if random.random() < 0.08:
        through = date(random.choice((min(years) - 1, max(years) + 1)), 6, 15)
    feed.claims += 1
    lines = [_line(random, kind, through) for _ in range(1 if kind == "1" else random.randint(1, 3))]
    versions = [("0", lines)]
    if random.random() < 0.45:  # what is taken back was paid, so that its sign is in no doubt
        lines = [{**line, "paid": abs(line["paid"])} for line in lines]
    if random.random() < 0.3 and min(line["paid"] for line in lines) >= 0:  # taken back and put right
        wrong = [{**line, "paid": line["paid"] + random.randint(0, 5000)} for line in lines]
        versions = [("0", wrong), ("1", wrong), ("2", lines)]
    elif random.random() < 0.15 and min(line["paid"] for line in lines) >= 0:
        versions = [("0", lines), ("1", lines)]
    if random.random() < 0.08:  # some of it was in a delivery that is not there
        versions.pop(random.randrange(len(versions)))
    start = random.randrange(DELIVERIES)
    for number, (code, written) in enumerate(versions):
        claim = {"CUR_CLM_UNIQ_ID": f"{feed.claims * 10 + number:013}", "BENE_MBI_ID": name}
        claim |= {"CLM_CNTL_NUM": f"C{feed.claims}", "CLM_ADJSMT_TYPE_CD": code}
        claim |= {"CLM_FROM_DT": through - timedelta(days=3), "CLM_THRU_DT": through, "BENE_EQTBL_BIC_HICN_NUM": name}
        for place, line in enumerate(written, start=1):
            _record(
                random,
                feed,
                kind,
                min(start + number, DELIVERIES - 1),
                {**claim, "CLM_TYPE_CD": line["type"]},
                line,
                place,
            )


def _line(random: Random, kind: str, through: date) -> Row:
    types = {"1": PART_A, "5": PART_B, "6": DMEPOS}[kind]
    line: Row = {
        "type": random.choice(types),
        "date": through if kind == "1" else through - timedelta(days=random.randint(0, 9)),
    }
    line["paid"] = random.choice((random.randint(-20000, 500000), random.randint(0, 9999), 0, 10_000_000))
    line["denied"] = random.random() < 0.12
    line["reduction"] = random.choice((0, 0, 0, random.randint(1, 4000)))
    line["excluded"] = {name: random.choice((0, random.randint(0, 3000))) for name in (*IME, *DSH, UNCOMPENSATED)}
    line["principal"] = random.choice(("I509", "U071", "B9729")) if random.random() < 0.3 else "I509"
    line["diagnoses"] = random.sample(("E119", "U071", "B9729"), random.choice((0, 0, 1, 2)))
    line["hcpcs"] = random.choice(("99213", "A4352", "A4353", "A5057", ""))
    return line


def _record(random: Random, feed: Feed, kind: str, delivery: int, claim: Row, line: Row, number: int) -> None:
    if kind == "1":
        feed.add("1", delivery, **claim, PRVDR_OSCAR_NUM="100001", CLM_PMT_AMT=line["paid"], **line["excluded"],
                 PRNCPL_DGNS_CD=line["principal"], CLM_MDCR_NPMT_RSN_CD="N" if line["denied"] else "")  # fmt: skip
        common = {name: claim[name] for name in ("CUR_CLM_UNIQ_ID", "BENE_MBI_ID", "CLM_TYPE_CD", "CLM_THRU_DT")}
        for place in range(1, random.randint(1, 4)):  # the payment of the claim on each of its lines
            feed.add("2", delivery, **common, CLM_LINE_NUM=place, CLM_LINE_CVRD_PD_AMT=line["paid"])
        for code in line["diagnoses"]:
            feed.add("4", delivery, **common, CLM_DGNS_CD=code)
    else:
        dates = {"CLM_LINE_FROM_DT": line["date"], "CLM_LINE_THRU_DT": line["date"]}
        denial = (
            random.choice((("0", "A"), ("D", "R"), ("Y", "A"), ("1", "N"), ("", "C")))
            if line["denied"]
            else ("1", random.choice("ARS"))
        )
        codes = {"CLM_CARR_PMT_DNL_CD": denial[0], "CLM_PRCSG_IND_CD": denial[1], "CLM_LINE_HCPCS_CD": line["hcpcs"]}
        feed.add(kind, delivery, **claim, **dates, **codes, CLM_LINE_NUM=number, CLM_LINE_CVRD_PD_AMT=line["paid"])
    if line["reduction"]:
        common = {name: claim[name] for name in ("CUR_CLM_UNIQ_ID", "BENE_MBI_ID", "CLM_TYPE_CD")}
        where = {} if kind == "1" else {"CLM_LINE_NUM": number}
        feed.add("A" if kind == "1" else "B", delivery, **common, **where, CLM_PBP_RDCTN_AMT=line["reduction"])


def _rename(random: Random, feed: Feed, names: list[str]) -> None:
    """Some people were called something else before; some of them something else again before that."""
    for name in names:
        if random.random() < 0.4:
            earlier = [f"1T{name[2:]}"] if random.random() < 0.6 else [f"1U{name[2:]}", f"1T{name[2:]}"]
            until = sorted(random.randint(0, DELIVERIES) for _ in earlier)
            for row in feed.records:
                if row.get("BENE_MBI_ID") == name:
                    row["BENE_MBI_ID"] = next(
                        (old for old, end in zip(earlier, until, strict=True) if row["delivery"] < end), name
                    )
            for old, new in zip(earlier, [*earlier[1:], name], strict=True):
                feed.add("9", DELIVERIES - 1, HICN_MBI_XREF_IND="M", CRNT_NUM=new, PRVS_NUM=old)


# --- As files -----------------------------------------------------------------------------------------------------


def write_feed(random: Random, feed: Feed, folder: Path) -> None:
    """Text, compressed text, tables and archives, each file in its own way, in a folder of any depth."""
    (folder / "more").mkdir(parents=True)
    archives: dict[str, list[tuple[str, str]]] = defaultdict(list)
    style, tables = random.randrange(3), {kind: _header(random, kind) for kind in CCLF_KINDS if random.random() < 0.2}
    for (kind, name), rows in sorted(_files(random, feed).items()):
        random.shuffle(rows)
        place = folder / random.choice(("", "more")) / random.choice((name, name.lower()))
        if kind in tables and kind != "8":  # repeats are told by whole records: those of a kind are in one form
            place.with_name(f"{name}.csv").write_text(_table(tables[kind], rows))
            continue
        text, form = _text(random, kind, rows, style), random.choice(("text", "gz", "zip"))
        if form == "zip":
            archives[name[-16:]].append((name, text))
        elif form == "gz":
            place.with_name(f"{name}.gz").write_bytes(gzip.compress(text.encode()))
        else:
            place.write_bytes(text.encode())
    for name, members in archives.items():
        with zipfile.ZipFile(folder / f"P.A1234.ACO.ZC.{name}.zip", "w") as archive:
            for member, text in members:
                archive.writestr(member, text)


def _files(random: Random, feed: Feed) -> dict[tuple[str, str], list[Row]]:
    """Records by kind and CMS's name of a file; a delivery may have two of a kind."""
    last = max(row["calendar_year"] for row in feed.people.assignment)
    files = defaultdict(list)
    for row in feed.records:
        day = f"D{(last + 1) % 100:02}{row['delivery'] + 1:02}15"
        name = f"P.A1234.ACO.ZC{row['kind']}Y{last % 100:02}.{day}.T000000{random.choice('01')}"
        files[row["kind"], name].append(row)
    for row in feed.people.enrollment if feed.from_cclf8 else ():
        month = row["month"].replace("-", "")[2:]
        files["8", f"P.A1234.ACO.ZC8Y{month[:2]}.D{month}20.T0000000"].append(_member(row))
    return files


def write_plain(random: Random, feed: Feed, folder: Path) -> None:
    """The same claims as one table, and as a crosswalk what CCLF9 says."""
    names = {"bene_id": "called", "adjustment_type": "code", "admission_date": "from_date"}
    rows = [
        {name: row[names.get(name, name)] for name in PLAIN}
        | {name: f"{Decimal(int(row[name] * 100)) / 100:.2f}" for name in AMOUNTS}
        for row in _claim_rows(feed)
    ]
    random.shuffle(rows)
    renamed = [{"old": row["PRVS_NUM"], "new": row["CRNT_NUM"]} for row in feed.records if row["kind"] == "9"]
    _write_csv(folder / "claims.csv", [*PLAIN, *AMOUNTS], rows)
    _write_csv(folder / "crosswalk.csv", ["old", "new"], renamed)


def write_people(feed: Feed, folder: Path) -> None:
    """What is beside claims: enrollment, assignment and reference."""
    for name in ("enrollment", "assignment"):
        rows = getattr(feed.people, name)
        _write_csv(folder / f"{name}.csv", list(rows[0]) if rows else ["bene_id"], rows)
    names = ("performance_year", "calendar_year", "enrollment_type", "truncation_threshold", "mean_risk_score")
    rows = [dict(zip(names, (*key, *values), strict=True)) for key, values in feed.people.reference.items()]
    _write_csv(folder / "reference.csv", list(names), rows)


def _write_csv(path: Path, header: list[str], rows: list[Row]) -> None:
    lines = [",".join(str(row[column]) for column in header) for row in rows]
    path.write_text("\n".join([",".join(header), *lines, ""]))


def _member(row: Row) -> Row:
    status = (("20", "21"), ("10", "11"))[row["age"] >= 65][row["esrd"]]
    died = date.fromisoformat(f"{row['month']}-01") - timedelta(days=9)
    return {
        "BENE_MBI_ID": row["bene_id"],
        "BENE_AGE": row["age"],
        "BENE_MDCR_STUS_CD": status,
        "BENE_DUAL_STUS_CD": row["dual_status"],
        "BENE_ENTLMT_BUYIN_IND": str(row["part_a"] + 2 * row["part_b"]),
        "BENE_DEATH_DT": "" if row["alive"] else died,
    }


def _cell(value: Any, name: str, style: int, width: int) -> str:
    """Money (in cents) as the packet writes it, or on the left or right side of its field."""
    if name.endswith("_AMT") and isinstance(value, int):
        plain = f"{Decimal(value) / 100:.2f}"
        zeros = ("-" if value < 0 else " ") + plain.lstrip("-").rjust(width - 1, "0")
        return (plain, plain.rjust(width), zeros)[style]
    return str(value)


def _text(random: Random, kind: str, rows: list[Row], style: int) -> str:
    fields, end = CCLF_KINDS[kind].fields, random.choice(("\n", "\n", "\r\n"))
    lines = [
        [_cell(row.get(each.name, ""), each.name, style, each.width).ljust(each.width) for each in fields]
        for row in rows
    ]
    return "".join("".join(line) + end for line in lines)


def _header(random: Random, kind: str) -> list[str]:
    names = [random.choice((str.lower, str.upper))(each.name) for each in CCLF_KINDS[kind].fields]
    random.shuffle(names)
    return names


def _table(header: list[str], rows: list[Row]) -> str:
    lines = [[_cell(row.get(name.upper(), ""), name.upper(), 0, 0) for name in header] for row in rows]
    return "\n".join([",".join(header), *map(",".join, lines), ""])


# --- Worked out slowly --------------------------------------------------------------------------------------------

SEQUESTRATION = ((date(2022, 7, 1), 2), (date(2022, 4, 1), 1), (date(2020, 5, 1), 0), (date(2013, 4, 1), 2))
SUSPECT = {2023: ("A4352", "A4353"), 2024: ("A4353", "A5057")}
DENIALS = tuple("0DEFGHIJKLMNOPQRSTUVWXY")
EMERGENCY = date(2020, 1, 27), date(2023, 5, 11)
Audit = dict[str, tuple[int, Fraction]]
PLAIN = (
    *("bene_id", "claim_id", "line_number", "adjustment_type", "claim_type", "through_date", "denied"),
    *("hcpcs", "admission_date", "diagnosis"),
)


def slow_feed(feed: Feed) -> tuple[Any, Audit]:
    """The people with final claims as rows of a claims file, and what became of each record: how many, and dollars.

    One record after the other, by the words of the rules. A cancellation is printed with a positive amount, which is in
    the line of what it takes back with the other sign; twice its amount in the line `cancelled` makes up for that.
    """
    rows = _claim_rows(feed)
    episodes = _episodes(rows)
    place_of = _places(feed.people, episodes)
    audit: Audit = defaultdict(lambda: (0, Fraction()))
    final = []
    for row in rows:
        printed, place = row["paid_amount"], "repeats" if row["repeat"] else place_of(row)
        parts = [("read", 1, printed)]
        if row["repeat"] or not row["cancels"]:
            parts.append((place, 1, printed))
        else:
            parts += [(place, 0, -printed), ("cancelled", 1, 2 * printed)]
        for name, count, dollars in parts:
            audit[name] = audit[name][0] + count, audit[name][1] + dollars
        if place == "counted":
            final.append({**row, **{name: -row[name] for name in AMOUNTS if row["cancels"]}})
    months = [row for row in feed.people.enrollment if (row["bene_id"], row["month"]) not in episodes]
    return replace(feed.people, claims=final, enrollment=months), dict(audit)


AMOUNTS = (
    "paid_amount",
    "sequestration_amount",
    "pbp_reduction_amount",
    "ime_amount",
    "dsh_amount",
    "uncompensated_care_amount",
    "other_excluded_amount",
)


def _claim_rows(feed: Feed) -> list[Row]:
    """Each record of CCLF1, 5 and 6 as a row of a claims file, dollars as printed."""
    renamed = {row["PRVS_NUM"]: row["CRNT_NUM"] for row in feed.records if row["kind"] == "9"}
    demonstrations = {_line_key(row): row["CLM_PBP_RDCTN_AMT"] for row in feed.records if row["kind"] in "AB"}
    diagnoses: dict[str, set[str]] = defaultdict(set)
    for row in feed.records:
        if row["kind"] == "4":
            diagnoses[row["CUR_CLM_UNIQ_ID"]].add(row["CLM_DGNS_CD"])
    rows, seen = [], set()
    for record in (each for each in feed.records if each["kind"] in "156"):
        fields = frozenset((name, str(record[name])) for name in record if name not in ("delivery", "BENE_MBI_ID"))
        codes = diagnoses[record["CUR_CLM_UNIQ_ID"]] | {record.get("PRNCPL_DGNS_CD", "")}
        row = _claim_row(record, demonstrations.get(_line_key(record), 0), codes)
        while row["bene_id"] in renamed:
            row["bene_id"] = renamed[row["bene_id"]]
        rows.append({**row, "repeat": fields in seen})
        seen.add(fields)
    return rows


def lacking(feed: Feed) -> dict[str, list[Any]]:
    """Cancellations of what is not there, and adjustments of what was not cancelled: how many rows, and dollars."""
    years = {row["calendar_year"] for row in feed.people.assignment}
    rows = [row for row in _claim_rows(feed) if not row["repeat"] and row["through_date"].year in years]
    days: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        days[row["bene_id"], row["claim_type"], row["through_date"]].append(row)
    found = {"cancellations of claims that are not there": [0, 0], "adjustments of more claims": [0, 0]}
    alone, adjusted = found.values()
    for day in days.values():
        left = [(row["line_number"], row["paid_amount"]) for row in day if row["code"] != "1"]
        for key in [(row["line_number"], row["paid_amount"]) for row in day if row["code"] == "1"]:
            if key in left:
                left.remove(key)
            else:
                alone[:] = alone[0] + 1, alone[1] + key[1]
        claims = {code: {row["claim_id"] for row in day if row["code"] == code} for code in "12"}
        if len(claims["2"]) > len(claims["1"]):
            paid = [row["paid_amount"] for row in day if row["code"] == "2"]
            adjusted[:] = adjusted[0] + len(paid), adjusted[1] + sum(paid)
    return found


def _line_key(record: Row) -> tuple[str, Any]:
    return record["CUR_CLM_UNIQ_ID"], record.get("CLM_LINE_NUM")


def _claim_row(record: Row, reduction: int, diagnoses: set[str]) -> Row:
    part_a = record["kind"] == "1"
    through = record["CLM_THRU_DT" if part_a else "CLM_LINE_THRU_DT"]
    cents = record["CLM_PMT_AMT" if part_a else "CLM_LINE_CVRD_PD_AMT"]
    percent = next((rate for day, rate in SEQUESTRATION if through >= day), 0)
    withheld = Fraction(abs(cents) * percent, 100 - percent) + Fraction(1, 2)  # halves away from zero
    excluded = {"ime_amount": IME, "dsh_amount": DSH, "uncompensated_care_amount": (UNCOMPENSATED,)}
    amounts = {
        "paid_amount": cents,
        "sequestration_amount": int(withheld) * (1 if cents > 0 else -1),
        "pbp_reduction_amount": reduction,
        **{name: sum(record.get(each, 0) for each in fields) for name, fields in excluded.items()},
        "other_excluded_amount": 0,
    }
    if part_a:
        denied = record["CLM_MDCR_NPMT_RSN_CD"] != ""
    else:
        denied = record["CLM_CARR_PMT_DNL_CD"] in DENIALS or record["CLM_PRCSG_IND_CD"] not in ("A", "R", "S")
    covid = {"U071"} if through >= date(2020, 4, 1) else {"B9729"}
    dmepos = record["CLM_TYPE_CD"] in DMEPOS
    return {
        "bene_id": record["BENE_MBI_ID"],
        "called": record["BENE_MBI_ID"],
        "claim": record["CLM_CNTL_NUM"],
        "claim_id": record["CUR_CLM_UNIQ_ID"],
        "line_number": record.get("CLM_LINE_NUM", ""),
        "code": record["CLM_ADJSMT_TYPE_CD"],
        "hcpcs": record.get("CLM_LINE_HCPCS_CD", ""),
        "claim_type": record["CLM_TYPE_CD"],
        "from_date": record["CLM_FROM_DT"],
        "through_date": through,
        "cancels": record["CLM_ADJSMT_TYPE_CD"] == "1",
        "denied": denied,
        "suspect": dmepos and record["CLM_LINE_HCPCS_CD"] in SUSPECT.get(through.year, ()),
        "covid": bool(covid & diagnoses),
        "diagnosis": " ".join(sorted(diagnoses)),
        **{name: Fraction(amount, 100) for name, amount in amounts.items()},
    }


def _episodes(rows: list[Row]) -> set[tuple[str, str]]:
    """People and months of inpatient COVID-19 episodes: from admission through the month after discharge."""
    stays = [
        row for row in rows if row["claim_type"] == "60" and row["covid"] and not row["denied"] and not row["repeat"]
    ]
    months = set()
    for row in stays:
        same = [each for each in stays if each["claim"] == row["claim"]]
        taken_back = sum(-1 if each["cancels"] else 1 for each in same) <= 0
        if EMERGENCY[0] <= row["from_date"] <= EMERGENCY[1] and not taken_back:
            first, last = ((day.year * 12 + day.month - 1) for day in (row["from_date"], row["through_date"]))
            months |= {(row["bene_id"], f"{at // 12}-{at % 12 + 1:02}") for at in range(first, last + 2)}
    return months


def _places(people: Any, episodes: set[tuple[str, str]]) -> Callable[[Row], str]:
    """Where a row ends, looked at in this order."""
    years = {row["calendar_year"] for row in people.assignment}
    assigned = {(row["bene_id"], row["calendar_year"]) for row in people.assignment}
    months = {(row["bene_id"], row["month"]): row for row in people.enrollment}
    enrolled = {bene for bene, _ in months}

    def place(row: Row) -> str:
        key = row["bene_id"], f"{row['through_date']:%Y-%m}"
        month = months.get(key)
        steps = (
            ("out_of_period", row["through_date"].year not in years),
            ("denied", row["denied"]),
            ("no_enrollment", row["bene_id"] not in enrolled),
            ("no_month", month is None),
            ("not_assigned", (row["bene_id"], row["through_date"].year) not in assigned),
            ("not_eligible", month and not _counts(month)),
            ("covid", key in episodes),
            ("excluded_billing", row["suspect"]),
        )
        return next((name for name, holds in steps if holds), "counted")

    return place


def _counts(month: Row) -> bool:
    return bool(month["alive"] and month["part_a"] and month["part_b"] and not month["health_plan"])


@pytest.fixture(scope="session")
def make_feed(empty_people: Callable[[], Any]) -> Callable[..., Feed]:
    """Some feeds as one by the number of their seed, with files in a folder: `cclf`, claims.csv, those beside them."""

    def make(seed: int, folder: Path, size: int = 1) -> Feed:
        random = Random(seed)
        feed = random_feed(random, empty_people(), size)
        write_feed(random, feed, folder / "cclf")
        write_plain(random, in_period(feed), folder)
        write_people(feed, folder)
        return feed

    return make


def in_period(feed: Feed) -> Feed:
    """Without claims of years that are not assigned: of a claims file they are refused."""
    years = {row["calendar_year"] for row in feed.people.assignment}

    def inside(row: Row) -> bool:
        through = row.get("CLM_LINE_THRU_DT") or row.get("CLM_THRU_DT")
        return row["kind"] not in "156" or through.year in years

    return replace(feed, records=[row for row in feed.records if inside(row)])


@pytest.fixture(scope="session")
def by_the_rules() -> Callable[..., tuple[Any, Audit]]:
    """`by_the_rules(feed)`, and of its table of claims with `plain=True`."""
    return lambda feed, *, plain=False: slow_feed(in_period(feed) if plain else feed)


@pytest.fixture(scope="session")
def versions_lacking() -> Callable[[Feed], dict[str, list[Any]]]:
    """What is said of versions of claims without those that belong to them, with rows and dollars."""
    return lacking
