"""A CCLF feed as claims, enrollment and crosswalk: every kind of file read by its layout, then put together by SQL."""

# ruff: noqa: S608 (the words in the statements are the layouts' and the rules')
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from aco_cli.data_files import load_yaml
from aco_cli.errors import Problem
from aco_cli.inputs.claims.cclf import CCLF_KINDS, CclfField
from aco_cli.inputs.claims.cclf_files import PAYMENTS, CclfFiles
from aco_cli.inputs.claims.contracts import TEXT, ClaimsColumn, Stored, contracts
from aco_cli.inputs.claims.sources import FIXED, LINE_LENGTH, Columns, File, FileGroup, Meanings, Slice, quoted
from aco_cli.inputs.claims.tables import Reading, RowRule, Rows, Tables, Totals

_CONTRACTS = contracts("cclf_contracts.yaml")
_SQL: Mapping[str, str] = load_yaml(Path(__file__).with_name("cclf_tables.yaml").read_text("utf-8"))
# What a repeat may differ in: who it is about (an identifier that changed), and when it was processed and loaded.
_NOT_COMPARED = ("BENE_MBI_ID", "BENE_HIC_NUM", "BENE_EQTBL_BIC_HICN_NUM", "CLM_EFCTV_DT", "CLM_IDR_LD_DT")
# What CMS fills fields with that have no value.
_FILL, _NO_DATE = "'~'", "'0000-00-00'"
_MONTH, _LENGTH, _WHOLE = "bene_member_month", "record_length", "whole_amount"
_MONTH_IS_SAID = f"CMS's name, which has the day of delivery (D<yymmdd>), or a column {_MONTH}"
_POINT = RowRule(_WHOLE, "amounts with a decimal point, such as 12.50", f"{_WHOLE} IS NOT NULL")
_RULES = {
    "1": [RowRule("clm_adjsmt_type_cd", "0, 1 or 2", "clm_adjsmt_type_cd NOT IN (0, 1, 2)")],
    "8": [
        RowRule("delivery_month", "a month such as 2023-01", "TRY_CAST(CONCAT(delivery_month, '-01') AS DATE) IS NULL"),
        RowRule("bene_age", "an age of 0 to 130", "bene_age NOT BETWEEN 0 AND 130"),
        RowRule("bene_entlmt_buyin_ind", "one of 0, 1, 2, 3, A, B, C",
                "bene_entlmt_buyin_ind NOT IN ('0', '1', '2', '3', 'A', 'B', 'C')"),
    ],
}  # fmt: skip
_RULES |= {"5": _RULES["1"], "6": _RULES["1"]}
_ABSENT = {
    "1": "Part A claims are not in it",
    "5": "Part B professional lines are not in it",
    "6": "DMEPOS lines are not in it",
}


_COUNTS = "bene_entlmt_buyin_ind IN ('3', 'C')"


class StatusCodes(NamedTuple):
    """Codes of Medicare status with and without ESRD, and all of dual status."""

    esrd: Sequence[str]
    without_esrd: Sequence[str]
    dual: Sequence[str]

    def of_cclf8(self) -> list[RowRule]:
        """What must hold of months that count, whose type goes by these codes."""
        known, dual = sorted([*self.esrd, *self.without_esrd]), sorted(self.dual)
        with_esrd = f"COALESCE(bene_mdcr_stus_cd IN ({_listed(self.esrd)}), FALSE)"
        return [
            RowRule("bene_age", "a value, as the status is not ESRD", f"bene_age IS NULL AND NOT {with_esrd}"),
            RowRule(
                "bene_mdcr_stus_cd",
                f"one of {', '.join(known)}, as the month counts",
                f"bene_mdcr_stus_cd NOT IN ({_listed(known)}) AND {_COUNTS}",
            ),
            RowRule(
                "bene_dual_stus_cd",
                f"one of {', '.join(dual)}, or a blank",
                f"bene_dual_stus_cd NOT IN ({_listed(dual)}) AND {_COUNTS}",
            ),
        ]


class CclfFeed:
    """The files of a feed by kind; `totals` is what the records of claims come to, once `check` has read them."""

    def __init__(self, tables: Tables, found: CclfFiles, unused: Collection[str]) -> None:
        self._tables = tables
        self._found = found
        self._rows = {
            kind: Rows(tables, _CONTRACTS[f"cclf{kind}"], files, self._reading(kind), PAYMENTS.get(kind, "0").lower())
            for kind, files in sorted(found.kinds.items())
            if f"cclf{kind}" in _CONTRACTS and kind not in unused
        }

    @property
    def files(self) -> list[str]:
        """What users call the files that claims come from."""
        return [self._found.called[file.place] for kind in "156" for file in self._found.kinds.get(kind, ())]

    @property
    def warnings(self) -> list[str]:
        """Kinds of claims that are not there, and files that are none of the feed."""
        told = [f"no CCLF{kind} in the feed: {words}" for kind, words in _ABSENT.items() if kind not in self._rows]
        others = self._found.left_out
        if others:
            more = f" and {len(others) - 1:,} more" if len(others) > 1 else ""
            told.append(f"not CCLF files, left out: {others[0]}{more}")
        return told

    @property
    def totals(self) -> Totals:
        """Rows of CCLF1, 5 and 6, and what they say was paid, as printed."""
        held = [rows.totals for kind, rows in self._rows.items() if kind in PAYMENTS]
        return Totals(sum(each.rows for each in held), sum((each.sum for each in held), Totals().sum))

    def has(self, kind: str) -> bool:
        """Whether there are files of the kind, and they are used."""
        return kind in self._rows

    def check(self, kinds: Collection[str], codes: StatusCodes | None = None) -> list[Problem]:
        """Read the files of these kinds as tables; what is wrong with any of them, as far as codes are known."""
        own = {"8": codes.of_cclf8()} if codes else {}
        return [problem for kind in kinds if kind in self._rows for problem in self._checked(kind, own.get(kind, []))]

    def _checked(self, kind: str, more: Sequence[RowRule]) -> list[Problem]:
        rows, layout = self._rows[kind], CCLF_KINDS[kind]
        problems = [
            Problem(each.file, _MONTH_IS_SAID, "another name") if each.column == "delivery_month" else each
            for each in rows.problems
        ]
        forms = {frozenset(source.columns) for source in rows.sources}
        if len(forms) > 1:
            problems.append(Problem(
                self.called(rows.sources[-1].files[0]), f"all files of CCLF{kind} in one form, with the same columns",
                "fixed-width text and tables, or several headers", fix="repeats could not be told; give one form",
            ))  # fmt: skip
        whole = RowRule(
            _LENGTH, f"a record of {layout.length} characters (CCLF{kind})", f"record_length < {layout.length}"
        )
        problems += rows.keep(
            [whole, *([_POINT] if _WHOLE in rows.contract.columns else []), *_RULES.get(kind, []), *more],
            lambda source: f"{self._record(kind, source)} AS record",
        )
        cut = {problem.file for problem in problems if problem.column == _LENGTH}
        return [
            replace(
                problem,
                file=self.called(problem.file),
                column=None if problem.column in (_LENGTH, _WHOLE) else problem.column,
            )
            for problem in problems
            if problem.file not in cut or problem.column == _LENGTH  # nothing else is where it should be
        ]

    def called(self, place: str) -> str:
        """What users call a file."""
        return self._found.called.get(place, place)

    def notes(self) -> list[str]:
        """Records that are longer than the declared layout."""
        told = []
        for kind, rows in self._rows.items():
            if not rows.is_kept:
                continue
            length = CCLF_KINDS[kind].length
            longer = self._count(f"SELECT COUNT(*) AS n FROM cclf{kind} WHERE record_length > {length}")
            if longer:
                told.append(
                    f"CCLF{kind}: {longer:,} records are longer than {length} characters; what follows is not read"
                )
        return told

    def stray_reductions(self) -> list[str]:
        """Reductions of claims that are not in the feed, which therefore count nowhere."""
        told = []
        for kind, side in (("A", "a"), ("B", "b")):
            if not self.has(kind):
                continue
            joins = [f"ANTI JOIN cclf{of} c ON {_same_keys(kind)}" for of in _OF_KIND[kind] if self.has(of)]
            rows = f"reductions_{side} r"
            for join in joins:
                rows = f"(SELECT r.* FROM {rows} {join}) r"
            total = self._tables.query(
                f"SELECT COUNT(*) AS n, SUM(r.reduced) AS dollars FROM {rows} WHERE r.reduced <> 0"
            )
            count, dollars = total.iloc[0].tolist()
            if count:
                told.append(f"{int(count):,} reductions of CCLF{kind} with ${dollars:,.2f} are of no claim in the feed")
        return told

    def months(self) -> set[str]:
        """Months that CCLF8 files are of."""
        return set(self._tables.query("SELECT DISTINCT delivery_month AS month FROM cclf8")["month"])

    def _reading(self, kind: str) -> Reading:
        names = _CONTRACTS[f"cclf{kind}"].columns
        layout = CCLF_KINDS[kind]

        def read(file: File, columns: Columns) -> Sequence[Meanings]:
            slices: list[Slice] = []
            if file.kind == FIXED:
                own = {each.name.lower(): Slice(each.start, each.width) for each in layout.fields}
                slices = [*(part for name, part in own.items() if name in {*names, _MONTH}), *_pieces(kind)]
                cells = {name: Stored(part.name, TEXT) for name, part in own.items()} | {_LENGTH: LINE_LENGTH}
                amounts = [cells[name].name for name, column in names.items() if column.kind.name == "usd"]
                if amounts:
                    cells[_WHOLE] = Stored(_whole(amounts), TEXT)
            else:
                cells = {title.lower(): held for title, held in columns}
            month = self._found.months[file.place]
            if _MONTH in cells:
                cells["delivery_month"] = Stored(f"SUBSTRING(CAST({cells[_MONTH].name} AS STRING), 1, 7)", TEXT)
            elif month:
                cells["delivery_month"] = Stored(quoted(month), TEXT)
            trim = "{}" if file.kind == FIXED else "TRIM({})"
            known = [(name, _unfilled(cells[name], column, trim)) for name, column in names.items() if name in cells]
            return [Meanings(tuple(known), slices=tuple(slices))]

        return read

    def _record(self, kind: str, source: FileGroup) -> str:
        """A hash of all fields but those that a repeat may differ in."""
        if source.kind == FIXED:
            return self._tables.hashed([piece.name for piece in _pieces(kind)])
        held = {title.upper(): stored.name for title, stored in source.columns}
        names = [each.name for each in _compared(kind) if each.name in held]
        return self._tables.hashed([f"COALESCE(TRIM(CAST({held[name]} AS STRING)), '')" for name in names])

    def crosswalk(self) -> str:
        """A statement: identifiers and those that took their place (CCLF9)."""
        return "SELECT prvs_num AS old, crnt_num AS new FROM cclf9"

    def enrollment(self, codes: Mapping[str, str]) -> str:
        """A statement: months of the people of CCLF8; of `codes` the list `esrd`."""
        return _SQL["enrollment"].format(**codes)

    def unknown_payments(self, codes: Mapping[str, str]) -> list[str]:
        """Lines with a code of payment that tells neither payment nor denial; `codes` as in `claims`."""
        told = []
        for kind in "56":
            if self.has(kind):
                sql = _SQL["unknown_payments"].format(lines=f"cclf{kind}", **codes)
                count, dollars = self._tables.query(sql).iloc[0].tolist()
                if count:
                    told.append(
                        f"CCLF{kind}: {int(count):,} rows with ${dollars:,.2f} have a CLM_CARR_PMT_DNL_CD that is not "
                        "known; they count as paid"
                    )
        return told

    def blank_status(self) -> list[str]:
        """Months that count and do not say whether with ESRD."""
        if not self.has("8"):
            return []
        blank = self._count(f"SELECT COUNT(*) AS n FROM cclf8 WHERE bene_mdcr_stus_cd IS NULL AND {_COUNTS}")
        return [f"CCLF8: {blank:,} months have no BENE_MDCR_STUS_CD; they count as without ESRD"] if blank else []

    def unlike_reductions(self) -> list[Problem]:
        """Reductions of CCLFA and CCLFB of which a claim or line has several."""
        problems = []
        for kind in "AB":
            if self.has(kind):
                words = {"kind": f"cclf{kind}", "keys": _keys(kind)}
                if several := self._count(_SQL["unlike_reductions"].format(**words)):
                    file = self.called(self._rows[kind].sources[0].files[0])
                    found = f"others for {several:,} of them"
                    problems.append(Problem(file, "one reduction for a claim or line, however often it comes", found))
        return problems

    def claims(self, per_mille: str, codes: Mapping[str, str], diagnoses: Sequence[str], plain: str) -> str:
        """A statement: the claims of CCLF1, 5 and 6. `per_mille` is SQL of the rate of sequestration on through_date.

        `codes` are lists for SQL (payment_denied, paid, processing_allowed, esrd), `diagnoses` those sought in CCLF4
        and `plain` SQL of a code as they are written, with braces for the column.
        """
        words: dict[str, str] = dict(codes)
        for kind, side in (("A", "a"), ("B", "b")):
            words[f"withheld_{side}"] = words[f"reduced_{side}"] = "CAST(0 AS DECIMAL(12, 2))"
            words[f"join_{side}"] = ""
            if self.has(kind):
                names = ", ".join(f"{_number(key)} AS {key}" for key in _KEYS[kind])
                reductions = _SQL["reductions"].format(kind=f"cclf{kind}", keys=_keys(kind), named_keys=names)
                self._tables.table(f"reductions_{side}", reductions)
                words[f"join_{side}"] = f"LEFT JOIN reductions_{side} r ON {_same_keys(kind)}"
                words[f"withheld_{side}"] = "CAST(COALESCE(r.withheld, 0) AS DECIMAL(12, 2))"
                words[f"reduced_{side}"] = "CAST(COALESCE(r.reduced, 0) AS DECIMAL(12, 2))"
        words |= {"diagnosis": "c.prncpl_dgns_cd", "join_diagnoses": ""}
        if self.has("4"):
            code = plain.format("clm_dgns_cd")
            each = ", ".join(f"MAX(CASE WHEN {code} = '{own}' THEN '{own}' END)" for own in diagnoses) or "NULL"
            sought = {"code": code, "each": each, "known": _listed(diagnoses) or "''"}
            self._tables.table("diagnoses", _SQL["diagnoses"].format(**sought))
            words["diagnosis"] = "CONCAT(COALESCE(c.prncpl_dgns_cd, ''), ' ', COALESCE(d.codes, ''))"
            words["join_diagnoses"] = f"LEFT JOIN diagnoses d ON {_number('c.cur_clm_uniq_id')} = d.cur_clm_uniq_id"
        parts = [_SQL["claims_of_part_a"].format(**words)] if self.has("1") else []
        parts += [_SQL["claims_of_part_b"].format(lines=f"cclf{kind}", **words) for kind in "56" if self.has(kind)]
        return _SQL["with_sequestration"].format(claims=" UNION ALL ".join(parts), per_mille=per_mille)

    def _count(self, sql: str) -> int:
        return int(self._tables.query(sql)["n"].iloc[0])


_KEYS = {"A": ("cur_clm_uniq_id",), "B": ("cur_clm_uniq_id", "clm_line_num")}
_OF_KIND = {"A": "1", "B": "56"}  # claims by the kind that has their reductions


def _listed(codes: Sequence[str]) -> str:
    return ", ".join(map(quoted, codes))


def _number(column: str) -> str:
    """A number by its digits, as some write leading zeros."""
    return f"TRIM(LEADING '0' FROM {column})"


def _keys(kind: str) -> str:
    return ", ".join(map(_number, _KEYS[kind]))


def _same_keys(kind: str) -> str:
    return " AND ".join(f"{_number(f'c.{key}')} = r.{key}" for key in _KEYS[kind])


def _compared(kind: str) -> list[CclfField]:
    """The fields in which repeats are alike."""
    return [each for each in CCLF_KINDS[kind].fields if each.name not in _NOT_COMPARED]


def _pieces(kind: str) -> list[Slice]:
    """These fields, with neighbors in one piece."""
    pieces: list[Slice] = []
    for each in _compared(kind):
        if pieces and pieces[-1].start + pieces[-1].width == each.start:
            pieces[-1] = Slice(pieces[-1].start, pieces[-1].width + each.width, has_blanks=True)
        else:
            pieces.append(Slice(each.start, each.width, has_blanks=True))
    return pieces


def _whole(amounts: Sequence[str]) -> str:
    """The first amount of digits alone, if any has: cents without a point would count as dollars."""
    digits = (  # the first two are quick, and all that most amounts are asked
        f"CASE WHEN {each} <> '' AND {each} NOT LIKE '%.%' AND TRANSLATE({each}, '0123456789+- ', '') = '' "
        f"AND TRANSLATE({each}, '0+- ', '') <> '' THEN {each} END"
        for each in amounts
    )
    return f"COALESCE({', '.join(digits)}, NULL)"


def _unfilled(held: Stored, column: ClaimsColumn, trim: str) -> Stored:
    """A field without what fills it up, and blank where nothing but that is there; `trim` is SQL for a column."""
    if held.holds != TEXT or not (column.kind.name == TEXT or column.may_be_blank):
        return held
    value = f"NULLIF({trim.format(held.name)}, {_FILL})"
    if column.kind.name == TEXT:
        value = f"NULLIF({value}, '')"
    return Stored(f"NULLIF({value}, {_NO_DATE})" if column.kind.name == "date" else value, TEXT)
