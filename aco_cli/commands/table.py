"""The commands of `aco`, each once: the command line, `aco verify` and the tests of help go by this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from inspect import signature

from aco_cli.commands import config, rules
from aco_cli.commands.benchmark import benchmark
from aco_cli.commands.calibrate import calibrate
from aco_cli.commands.check import check
from aco_cli.commands.columns import columns
from aco_cli.commands.expenditures import expenditures
from aco_cli.commands.explain import explain
from aco_cli.commands.options import ManifestOption
from aco_cli.commands.quality import quality
from aco_cli.commands.reconcile import reconcile
from aco_cli.commands.report import report
from aco_cli.commands.settle import settle
from aco_cli.commands.simulate import simulate
from aco_cli.commands.summary import summary
from aco_cli.commands.synth import synth
from aco_cli.commands.template import template
from aco_cli.commands.verify import verify
from aco_cli.commands.whatif import whatif


class Purpose(StrEnum):
    """What commands are for, by which help groups them."""

    ANSWER = "Answer"
    CHECK = "Check"
    SHARE = "Share"
    BUILD = "Build inputs"
    RULES = "Rules"


@dataclass(eq=False, frozen=True)
class Command:
    """A command by the words that call it, such as `settle` or `rules show`."""

    name: str
    run: Callable[..., None]
    purpose: Purpose

    @property
    def is_recorded(self) -> bool:
        """Whether a run can be recorded with --manifest, for `aco verify`."""
        option = signature(self.run).parameters.get("manifest")
        return option is not None and option.annotation == ManifestOption


COMMANDS = (
    Command("settle", settle, Purpose.ANSWER),
    Command("summary", summary, Purpose.ANSWER),
    Command("explain", explain, Purpose.ANSWER),
    Command("whatif", whatif, Purpose.ANSWER),
    Command("simulate", simulate, Purpose.ANSWER),
    Command("check", check, Purpose.CHECK),
    Command("reconcile", reconcile, Purpose.CHECK),
    Command("verify", verify, Purpose.CHECK),
    Command("report", report, Purpose.SHARE),
    Command("expenditures", expenditures, Purpose.BUILD),
    Command("benchmark", benchmark, Purpose.BUILD),
    Command("calibrate", calibrate, Purpose.BUILD),
    Command("quality", quality, Purpose.BUILD),
    Command("synth", synth, Purpose.BUILD),
    Command("columns", columns, Purpose.RULES),
    Command("template", template, Purpose.BUILD),
    Command("rules show", rules.show, Purpose.RULES),
    Command("rules sources", rules.sources, Purpose.RULES),
    Command("rules coverage", rules.coverage, Purpose.RULES),
    Command("rules diff", rules.diff, Purpose.RULES),
    Command("rules scenarios", rules.scenarios, Purpose.RULES),
    Command("config show", config.show, Purpose.RULES),
)
# The first words that commands share.
FAMILIES = {
    "rules": "Rules: parameters, sources, coverage.",
    "config": "Settings: what is in force and why.",
}
