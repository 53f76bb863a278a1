"""The CCLF deliveries of a synthetic population: a file of each kind a month, named and packed as CMS does."""

import gzip
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from aco_cli.inputs.claims.cclf import CCLF_KINDS
from aco_cli.synth import records
from aco_cli.synth.fixed_width import fixed_width
from aco_cli.synth.identifiers import draw_identifiers
from aco_cli.synth.plan import Ints, Plan, stream
from aco_cli.synth.tables import BLOCK
from aco_cli.synth.transactions import RUN_OUT, draw_transactions

FOLDER = "cclf"

# Kinds by the kind that says the payment.
_RECORDS = {
    "1": ("1", records.headers),
    "2": ("1", records.revenue_lines),
    "5": ("5", records.lines),
    "6": ("6", records.lines),
    "A": ("1", records.demonstrations),
    "B": ("56", records.demonstrations),
}
_COMPRESSED = "8"
_TIME = "T0100000"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # whenever they are written, archives are the same


class Deliveries:
    """Writes `FOLDER` in a folder, a block of people at a time; each ACO's feed has a number of its own.

    Deliveries before the performance year are archives with all kinds, later ones text, with CCLF8 compressed.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder / FOLDER
        self._folder.mkdir()
        self._blocks = self._claims = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, _value: object, _trace: TracebackType | None) -> None:
        if error is None:
            self._pack()

    def write(self, block: Mapping[str, Mapping[str, Any]]) -> None:
        """Add the claims and the enrollment of a block (see `draw_blocks`)."""
        random = stream(self._plan.seed, 2, self._blocks)
        called = draw_identifiers(random, self._plan, block["claims"]["bene_id"].words)
        rows = draw_transactions(random, self._plan, block["claims"], called, self._claims)
        for kind, (of, record) in _RECORDS.items():
            chosen = rows[rows["kind"].isin(list(of)) & ((rows["reduction"] != 0) | (kind not in "AB"))]
            self._append(kind, chosen["delivery"].to_numpy(), record(chosen, called))
        self._append("8", *records.people(self._plan, block["enrollment"], called))
        self._append("9", *records.references(*self._known(block["enrollment"], len(called.ends)), called))
        self._claims = max(self._claims, int(rows["claim"].max()) + 1) if len(rows) else self._claims
        self._blocks += 1

    def _known(self, enrollment: Mapping[str, Any], people: int) -> tuple[Ints, Ints]:
        """Who is in which delivery, and everyone in the last one, when all changes are known."""
        last = self._plan.years * 12 + RUN_OUT - 1
        who = np.append(enrollment["bene_id"].codes, np.arange(people))
        return who, np.append(enrollment["month"].codes, np.full(people, last))

    def _append(self, kind: str, delivery: Ints, columns: records.Columns) -> None:
        """Add rows to the files of their deliveries."""
        if not len(delivery):
            return
        order = np.argsort(delivery, kind="stable")
        lines = fixed_width(CCLF_KINDS[kind], columns)
        months, starts = np.unique(delivery[order], return_index=True)
        for month, rows in zip(months.tolist(), np.split(order, starts[1:]), strict=True):
            place, text = self._place(kind, month), lines[rows].tobytes()
            with place.open("ab") as file:
                file.write(gzip.compress(text, mtime=0) if place.suffix == ".gz" else text)

    def _place(self, kind: str, month: int) -> Path:
        """The file of a kind and month by CMS's name, in a folder of its delivery until that is an archive."""
        year, of_year = divmod(month, 12)
        run_out = year == self._plan.years  # of the year before
        period = f"{'R' if run_out else 'Y'}{(self._plan.first_year + year - run_out) % 100:02}"
        date = f"D{(self._plan.first_year + year) % 100:02}{of_year + 1:02}15"
        aco = self._blocks // -(-self._plan.beneficiaries // BLOCK) + 1
        name, delivery = (f"P.A{aco:04}.ACO.ZC{each}{period}.{date}.{_TIME}" for each in (kind, ""))
        if year < self._plan.years - 1:
            (self._folder / delivery).mkdir(exist_ok=True)
            return self._folder / delivery / name
        return self._folder / (name + ".gz" * (kind == _COMPRESSED))

    def _pack(self) -> None:
        """Make archives of folders."""
        for folder in sorted(each for each in self._folder.iterdir() if each.is_dir()):
            with zipfile.ZipFile(folder.with_name(f"{folder.name}.zip"), "w") as archive:
                for file in sorted(folder.iterdir()):
                    archive.writestr(zipfile.ZipInfo(file.name, _ZIP_DATE), file.read_bytes(), zipfile.ZIP_DEFLATED)
                    file.unlink()
            folder.rmdir()
