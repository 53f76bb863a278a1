"""`aco cite`: how to cite `aco`, with the version and the rules that figures rest on."""

from typing import Annotated

from aco_cli.commands import options as o
from aco_cli.commands.call import command

TITLE = "aco: settlements of Medicare's accountable care organizations"


@command
def cite(
    session: o.PlainSession,
    bibtex: Annotated[bool, o.flag("--bibtex", "As a BibTeX entry.")] = False,
    rules: o.RulesOption = None,
) -> None:
    """Print how to cite aco, with version and rules.

    The hash of the rules tells figures apart that the same version computed under other rule files (--rules).

    \b
    aco cite
    aco cite --bibtex
    """
    from aco_cli.commands.manifest import rules_now
    from aco_cli.outputs.provenance import provenance
    from aco_cli.rules.fingerprint import short

    about = provenance(rules_now({"rules": rules}))
    version, digits = about["aco_version"], short(about["aco_rules"])
    if bibtex:
        session.print(
            [
                "@software{aco,",
                "  author = {{The aco developers}},",
                f"  title = {{{TITLE}}},",
                f"  version = {{{version}}},",
                f"  note = {{rules {digits}; Apache-2.0}},",
                "}",
            ]
        )
    else:
        session.print(
            [f"The aco developers. {TITLE}. Version {version}, rules {digits}. Computer software, Apache-2.0."]
        )
