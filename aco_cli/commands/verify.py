"""`aco verify`: reproduce a recorded run."""

from typing import Annotated

import typer

from aco_cli.commands import options as o
from aco_cli.commands.call import command


@command
def verify(
    manifest: Annotated[str, typer.Argument(metavar="MANIFEST", help="FILE.manifest.json, as --manifest wrote it.")],
    session: o.PlainSession,
) -> bool:
    """Reproduce a recorded run and report what changed.

    Runs it again without touching its files and confirms the output byte for byte, or says what changed (exit code 1):
    an input, the rules, aco, a library or the output. Run it in the folder in which the run was made.

    \b
    aco settle 2014 roster.csv -o settled.csv --manifest
    aco verify settled.csv.manifest.json
    """
    from aco_cli.commands.manifest import Manifest, compare
    from aco_cli.commands.table import COMMANDS

    read = Manifest.read(manifest)
    differences, result = compare(read, {each.name: each.run for each in COMMANDS if each.is_recorded})
    if differences:
        session.print(differences)
        session.note("result", result)
    elif not session.messages.quiet:
        session.print([f"{read.outputs[0].file}: confirmed, {result}"])
    return bool(differences)
