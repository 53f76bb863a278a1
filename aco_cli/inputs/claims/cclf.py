"""The record layouts of CMS's Claim and Claim Line Feed (CCLF), as `cclf.yaml` declares them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from aco_cli.data_files import load_yaml


class CclfField(NamedTuple):
    """A field of a record: `start` counts from 1, `type` is text, date, usd or number."""

    name: str
    start: int
    width: int
    type: str = "text"


@dataclass(frozen=True)
class CclfKind:
    """A kind of file (`1` is CCLF1): how long a record is, and its fields in order."""

    name: str
    length: int
    fields: tuple[CclfField, ...]


class CclfName(NamedTuple):
    """What a file is called by CMS: its kind, and the day of its delivery."""

    kind: str
    date: date


_DECLARED = load_yaml(Path(__file__).with_name("cclf.yaml").read_text("utf-8"))
_NAME = re.compile(_DECLARED["name"], re.IGNORECASE)
CCLF_KINDS: Mapping[str, CclfKind] = {
    name: CclfKind(name, spec["length"], tuple(CclfField(each, **at) for each, at in spec["fields"].items()))
    for name, spec in _DECLARED["kinds"].items()
}


def cclf_name(name: str) -> CclfName | None:
    """What CMS's name of a file says; None for another name, whatever folder or archive it is in."""
    found = _NAME.search(Path(name).name)
    if not found:
        return None
    try:
        day = datetime.strptime(found["date"], "%y%m%d").date()
    except ValueError:
        return None
    return CclfName(found["kind"].upper(), day)
