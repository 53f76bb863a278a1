"""What Medicare's accountable care organizations are paid, and why: `import aco_cli as aco`."""

from __future__ import annotations

TYPE_CHECKING = False  # for type checkers it is true; `typing` takes half as long as Python's own start
if TYPE_CHECKING:
    from typing import Any

    from aco_cli.api.benchmarks import benchmark
    from aco_cli.api.expenditures import expenditures
    from aco_cli.api.explain import explain
    from aco_cli.api.project import project
    from aco_cli.api.reconcile import reconcile
    from aco_cli.api.run import Level, Notice, Result, Run
    from aco_cli.api.scores import quality
    from aco_cli.api.selection import Rules
    from aco_cli.api.settle import settle
    from aco_cli.api.simulate import simulate
    from aco_cli.api.summary import summary
    from aco_cli.api.whatif import whatif
    from aco_cli.errors import AcoError, InputError, OutputError, Problem, RulesError, UsageError

__version__ = "0.1.0"
__all__ = ["AcoError", "InputError", "Level", "Notice", "OutputError", "Problem", "Result", "Rules", "RulesError"]
__all__ += ["Run", "UsageError", "benchmark", "expenditures", "explain", "project", "quality", "reconcile", "settle"]
__all__ += ["simulate", "summary", "whatif"]
# The module that a name is in, if not one of its own; imported when asked for, as `aco --help` must be quick.
_MODULES = {
    "benchmark": "api.benchmarks",
    "quality": "api.scores",
    "Rules": "api.selection",
    **dict.fromkeys(("Level", "Notice", "Result", "Run"), "api.run"),
    **dict.fromkeys(("AcoError", "InputError", "OutputError", "Problem", "RulesError", "UsageError"), "errors"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"aco_cli.{_MODULES.get(name, f'api.{name}')}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
