"""The options that change inputs and rules, which `whatif`, `explain`, `simulate` and `report` share."""

from typing import Annotated

from aco_cli.commands import options as o

_SET = "A roster column with another value, or +0.02, -5%, *1.1"


@o.group
class ChangeOptions:
    """What is changed before ACOs are settled."""

    change: Annotated[o.Many, o.many("COLUMN=VALUE", _SET, "--set", words="roster_columns")] = None
    rule: Annotated[o.Many, o.many("NAME=VALUE", "A rule such as mssp.sequestration=0")] = None
    rules_year: Annotated[int | None, o.option("YEAR", "Settle by the rules of this year.")] = None
    scenario: Annotated[o.Many, o.many("NAME|FILE", "A scenario (aco rules scenarios)", words="scenarios")] = None
