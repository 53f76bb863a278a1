"""The table of commands holds each command once, and knows which can be recorded."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from inspect import isfunction, signature

import aco_cli.commands
from aco_cli.commands.options import ManifestOption
from aco_cli.commands.table import COMMANDS, FAMILIES


def test_every_command_of_the_package_is_in_the_table_once() -> None:
    """What `@command` made has a signature of its own."""
    modules = [
        import_module(f"aco_cli.commands.{each.name}") for each in pkgutil.iter_modules(aco_cli.commands.__path__)
    ]
    functions = {each for module in modules for each in vars(module).values() if isfunction(each)}
    commands = [each.run for each in COMMANDS]
    assert {each for each in functions if "__signature__" in vars(each)} == set(commands)
    assert len(set(commands)) == len(commands)


def test_names_are_those_of_the_functions_and_families() -> None:
    """A manifest names a run by its function, and a second word belongs to a family."""
    for each in COMMANDS:
        *family, name = each.name.split()
        assert each.run.__name__ == name
        assert family in ([], *([word] for word in FAMILIES))


def test_recorded_is_what_takes_manifest_as_an_option() -> None:
    recorded = [each.name for each in COMMANDS if each.is_recorded]
    assert {"settle", "benchmark"} <= set(recorded)
    assert "verify" not in recorded  # which takes a manifest as an argument
    for each in COMMANDS:
        takes = ManifestOption in [parameter.annotation for parameter in signature(each.run).parameters.values()]
        assert each.is_recorded == takes
