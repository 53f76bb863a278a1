"""The commands of `aco`, each once: the command line, `aco verify` and the tests of help go by this table."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from inspect import signature

from aco_cli.commands.options import ManifestOption

# By what they are for, as help groups them: each the module `aco_cli.commands.NAME` and its function of that name, or
# of the second word.
_NAMES = {
    "Answer": ("settle", "summary", "explain", "whatif", "simulate", "project"),
    "Check": ("check", "reconcile", "verify"),
    "Share": ("report", "cite"),
    "Build inputs": ("expenditures", "benchmark", "calibrate", "quality", "synth", "template"),
    "Rules": (
        *("columns", "rules show", "rules sources", "rules coverage", "rules diff", "rules scenarios"),
        "config show",
    ),
}
# The first words that commands share.
FAMILIES = {
    "rules": "Show rule parameters with citation and status.",
    "config": "Show effective settings and their sources.",
}


@dataclass(eq=False, frozen=True)
class Command:
    """A command by the words that call it, such as `settle` or `rules show`."""

    name: str
    purpose: str

    @property
    def run(self) -> Callable[..., None]:
        """The function behind it."""
        words = self.name.split()
        function: Callable[..., None] = getattr(import_module(f"aco_cli.commands.{words[0]}"), words[-1])
        return function

    @property
    def is_recorded(self) -> bool:
        """Whether a run can be recorded with --manifest, for `aco verify`."""
        option = signature(self.run).parameters.get("manifest")
        return option is not None and option.annotation == ManifestOption


COMMANDS = tuple(Command(name, purpose) for purpose, names in _NAMES.items() for name in names)


def purpose_of(family: str) -> str:
    """What the commands with a first word in common are for."""
    return next(command.purpose for command in COMMANDS if command.name.startswith(f"{family} "))
