"""The commands of `aco`, each once: the command line, `aco verify` and the tests of help go by this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature

from aco_cli.commands import (
    benchmark,
    calibrate,
    check,
    columns,
    config,
    expenditures,
    explain,
    quality,
    reconcile,
    report,
    rules,
    settle,
    simulate,
    summary,
    synth,
    template,
    verify,
    whatif,
)
from aco_cli.commands.options import ManifestOption


@dataclass(eq=False, frozen=True)
class Command:
    """A command by the words that call it, such as `settle` or `rules show`; help groups them by purpose."""

    name: str
    run: Callable[..., None]
    purpose: str

    @property
    def is_recorded(self) -> bool:
        """Whether a run can be recorded with --manifest, for `aco verify`."""
        option = signature(self.run).parameters.get("manifest")
        return option is not None and option.annotation == ManifestOption


_BY_PURPOSE = {
    "Answer": (settle.settle, summary.summary, explain.explain, whatif.whatif, simulate.simulate),
    "Check": (check.check, reconcile.reconcile, verify.verify),
    "Share": (report.report,),
    "Build inputs": (
        expenditures.expenditures,
        benchmark.benchmark,
        calibrate.calibrate,
        quality.quality,
        synth.synth,
        template.template,
    ),
    "Rules": (
        columns.columns,
        rules.show,
        rules.sources,
        rules.coverage,
        rules.diff,
        rules.scenarios,
        config.show,
    ),
}


def _name(run: Callable[..., None]) -> str:
    """That of the function, behind the module's unless they are the same."""
    module = run.__module__.rpartition(".")[2]
    return " ".join(dict.fromkeys((module, run.__name__)))


COMMANDS = tuple(Command(_name(run), run, purpose) for purpose, runs in _BY_PURPOSE.items() for run in runs)
# The first words that commands share.
FAMILIES = {
    "rules": "Rules: parameters, sources, coverage.",
    "config": "Settings: what is in force and why.",
}
