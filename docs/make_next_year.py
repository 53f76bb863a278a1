"""Write `aco_cli/rules/next_year.yaml`: fit next year's savings rate on pairs of public use files.

    python docs/make_next_year.py PUF...

Each year is given the line of the latest pair of years that ends before it.
"""

import sys
from pathlib import Path

import yaml

from aco_cli.engine.next_year import fit, paired, savings_rates
from aco_cli.inputs.load import load
from aco_cli.rules.book import RuleBook

HEAD = """\
# Next year's savings rate from this year's, of Shared Savings Program ACOs: a line fitted on the latest pair of years
# before the year projected, with what one-sided ACOs saved more or less. Made by docs/make_next_year.py from CMS's
# public use files.
"""


def main(files: list[str]) -> None:
    """Fit every pair of years at hand, and write the line of each year that can be projected."""
    frame = load(files, None).frame
    rates = {int(year): savings_rates(rows, RuleBook()) for year, rows in frame.groupby("performance_year")}
    lines = {year: fit(paired(rates[year - 1], rates[year])) for year in rates if year - 1 in rates}
    entries = []
    for year in range(min(lines) + 1, max(lines) + 2):
        after = max(each for each in lines if each < year)
        line = lines[after]
        entries.append(
            {
                **{"year": year, "before": after - 1, "after": after, "acos": line.acos},
                **{name: round(getattr(line, name), 6) for name in ("intercept", "slope", "one_sided", "sd")},
                "status": "derived",
                "cite": f"ACO public use files of performance years {after - 1} and {after}",
            }
        )
    path = Path(__file__).parents[1] / "aco_cli" / "rules" / "next_year.yaml"
    text = yaml.safe_dump(entries, sort_keys=False, default_flow_style=None, width=200)
    path.write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
