"""The columns of CCLF records, by kind, from rows of transactions and enrollment."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from aco_cli.synth.fixed_width import BLANK
from aco_cli.synth.identifiers import Identifiers
from aco_cli.synth.plan import Ints, Plan
from aco_cli.synth.tables import Words

Columns = dict[str, Ints | Words]

_VERSIONS = 10  # a claim's number and its version make CUR_CLM_UNIQ_ID
_PROVIDERS = 400
_DENIALS, _NOT_DENIED = ("0", "D", "1"), 2  # CLM_CARR_PMT_DNL_CD
_PROCESSED, _REFUSED = ("A", "R", "S", "C", "N"), 3  # CLM_PRCSG_IND_CD: denied from here on
_STATUS = ("10", "20", "11", "21")  # BENE_MDCR_STUS_CD: aged, disabled; each with ESRD
_ENTITLED = ("0", "1", "2", "3")  # BENE_ENTLMT_BUYIN_IND: to neither, Part A, Part B, both
_EFFECTIVE, _LOADED = 14, 20  # days from service
_AGED = 65


def headers(rows: pd.DataFrame, called: Identifiers) -> Columns:
    """CCLF1; medical education and disproportionate share are capital and operating, two fields each."""
    ime, dsh = _numbers(rows, "ime"), _numbers(rows, "dsh")
    return {
        **_claim(rows, called),
        **_version(rows),
        "PRVDR_OSCAR_NUM": _provider(rows),
        "CLM_MDCR_NPMT_RSN_CD": Words(_numbers(rows, "denied"), ("", "N")),
        "CLM_PMT_AMT": _numbers(rows, "paid"),
        "CLM_MDCR_IP_PPS_CPTL_IME_AMT": ime // 4,
        "CLM_OPRTNL_IME_AMT": ime - ime // 4,
        "CLM_MDCR_IP_PPS_DSPRPRTNT_AMT": dsh // 4,
        "CLM_OPRTNL_DSPRPRTNT_AMT": dsh - dsh // 4,
        "CLM_HIPPS_UNCOMPD_CARE_AMT": _numbers(rows, "uncompensated"),
    }


def revenue_lines(rows: pd.DataFrame, called: Identifiers) -> Columns:
    """CCLF2, which says the payment of the claim again."""
    return {
        **_claim(rows, called),
        "CLM_LINE_NUM": _numbers(rows, "line"),
        "CLM_LINE_FROM_DT": _numbers(rows, "from"),
        "CLM_LINE_THRU_DT": _numbers(rows, "date"),
        "CLM_LINE_CVRD_PD_AMT": _numbers(rows, "paid"),
        "PRVDR_OSCAR_NUM": _provider(rows),
    }


def lines(rows: pd.DataFrame, called: Identifiers) -> Columns:
    """CCLF5 and CCLF6; that a line was denied stands in one of two fields."""
    claim, denied = _numbers(rows, "claim"), _numbers(rows, "denied")
    by_code, by_line = denied * (claim % 2), denied * (1 - claim % 2)
    return {
        **_claim(rows, called),
        **_version(rows),
        "CLM_LINE_NUM": _numbers(rows, "line"),
        "CLM_LINE_FROM_DT": _numbers(rows, "date"),
        "CLM_LINE_THRU_DT": _numbers(rows, "date"),
        "CLM_LINE_CVRD_PD_AMT": _numbers(rows, "paid"),
        "CLM_CARR_PMT_DNL_CD": Words(np.where(by_code, claim // 2 % _NOT_DENIED, _NOT_DENIED), _DENIALS),
        "CLM_PRCSG_IND_CD": Words(claim // 2 % np.where(by_line, 2, 3) + by_line * _REFUSED, _PROCESSED),
    }


def demonstrations(rows: pd.DataFrame, called: Identifiers) -> Columns:
    """CCLFA and CCLFB: what population-based payments took off."""
    columns = _claim(rows, called)
    return {**columns, "CLM_LINE_NUM": _numbers(rows, "line"), "CLM_PBP_RDCTN_AMT": _numbers(rows, "reduction")}


def people(plan: Plan, enrollment: Mapping[str, Any], called: Identifiers) -> tuple[Ints, Columns]:
    """CCLF8, and the month of each row; risk scores and health plans are in no CCLF file."""
    who, month = enrollment["bene_id"].codes, enrollment["month"].codes
    first = np.datetime64(f"{plan.first_year}-01", "M")
    age, county = enrollment["age"], enrollment["county"]
    born = pd.Series(month - 12 * age).groupby(who).transform("min").to_numpy()
    return month, {
        "BENE_MBI_ID": Words(called.as_of(who, month), called.names),
        "BENE_FIPS_STATE_CD": Words(county.codes, [code[:2] for code in county.words]),
        "BENE_FIPS_CNTY_CD": Words(county.codes, [code[2:] for code in county.words]),
        "BENE_DOB": _days(first + born),
        "BENE_AGE": age,
        "BENE_MDCR_STUS_CD": Words((age < _AGED) + 2 * enrollment["esrd"], _STATUS),
        "BENE_DUAL_STUS_CD": enrollment["dual_status"],
        "BENE_DEATH_DT": np.where(enrollment["alive"], BLANK, _days(first + month) - 1),
        "BENE_ENTLMT_BUYIN_IND": Words(enrollment["part_a"] + 2 * enrollment["part_b"], _ENTITLED),
    }


def references(who: Ints, month: Ints, called: Identifiers) -> tuple[Ints, Columns]:
    """CCLF9, and the month of each row: earlier names of people as of these months."""
    row, name = called.earlier(who, month)
    return month[row], {
        "HICN_MBI_XREF_IND": Words(np.zeros_like(row), ("M",)),
        "CRNT_NUM": Words(called.as_of(who, month)[row], called.names),
        "PRVS_NUM": Words(name, called.names),
    }


def _claim(rows: pd.DataFrame, called: Identifiers) -> Columns:
    return {
        "CUR_CLM_UNIQ_ID": _numbers(rows, "claim") * _VERSIONS + _numbers(rows, "version"),
        "BENE_MBI_ID": Words(_numbers(rows, "name"), called.names),
        "BENE_EQTBL_BIC_HICN_NUM": Words(called.equitable(_numbers(rows, "who")), called.names),
        "CLM_TYPE_CD": _numbers(rows, "type"),
        "CLM_FROM_DT": _numbers(rows, "from"),
        "CLM_THRU_DT": _numbers(rows, "through"),
    }


def _version(rows: pd.DataFrame) -> Columns:
    return {
        "CLM_ADJSMT_TYPE_CD": Words(_numbers(rows, "version"), ("0", "1", "2")),
        "CLM_EFCTV_DT": _numbers(rows, "through") + _EFFECTIVE,
        "CLM_IDR_LD_DT": _numbers(rows, "through") + _LOADED,
        "CLM_CNTL_NUM": _numbers(rows, "claim"),
    }


def _provider(rows: pd.DataFrame) -> Ints:
    return 100_000 + _numbers(rows, "claim") % _PROVIDERS


def _numbers(rows: pd.DataFrame, name: str) -> Ints:
    return rows[name].to_numpy(np.int64)


def _days(month: Any) -> Ints:
    return np.asarray(month.astype("datetime64[D]").astype(np.int64))
