"""The statements of `queries.yaml` with the values of the rules in them."""

from dataclasses import asdict
from pathlib import Path

from aco_cli.data_files import load_yaml
from aco_cli.rules.expenditures import ExpenditureRules


def queries(rules: ExpenditureRules, *, by_county: bool) -> dict[str, str]:
    """Every statement by its name; `by_county`: months are told apart by county too."""
    words = {
        name: ", ".join(f"'{word}'" for word in value) if isinstance(value, tuple) else value
        for name, value in asdict(rules).items()
    }
    words["aco"] = "a.aco_id, a.performance_year, a.period, a.calendar_year"
    words["of_county"] = ", e.county" if by_county else ""
    words["not_eligible"] = -1
    statements = load_yaml(Path(__file__).with_name("queries.yaml").read_text("utf-8"))
    return {name: sql.format(**words) for name, sql in statements.items()}
