"""The rule book: all parameters of all programs, looked up by program, track and performance year."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from aco_cli.errors import RulesError
from aco_cli.rules.parameters import (
    PACKAGED,
    Entry,
    Parameter,
    Program,
    Track,
    load_parameter,
    load_program,
    load_yaml,
    parameter_files,
)


@dataclass(frozen=True)
class Situation:
    """What selects the rules: a program, a track and a performance year."""

    program: str
    track: str
    year: int

    def __str__(self) -> str:
        """E.g. `mssp track-1 in 2014`."""
        return f"{self.program} {self.track} in {self.year}"


class RuleBook:
    """Programs and their parameters from the packaged files and, over them, from folders given by the user.

    A folder given laid out alike (`mssp/sequestration.yaml`) adds values; for the same track and year its values win.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._programs: dict[str, Program] = {}
        self._parameters: dict[str, dict[str, Parameter]] = {}
        self._rules_year: int | None = None
        for root in (PACKAGED, *folders):
            if not root.is_dir():
                raise RulesError(f"{root}: expected a folder of rules such as {root}/mssp/sequestration.yaml")
            folders_of_programs = sorted(path for path in root.iterdir() if path.is_dir())
            if not any(next(folder.glob("**/*.yaml"), None) for folder in folders_of_programs):
                raise RulesError(f"{root}: expected rules such as {root}/mssp/sequestration.yaml, found none")
            for folder in folders_of_programs:
                self._add(folder)

    def _add(self, folder: Path) -> None:
        described = folder / "program.yaml"
        if described.exists():
            program = load_program(described)
            known = self._programs.get(program.name)
            tracks = {**(known.tracks if known else {}), **program.tracks}
            self._programs[program.name] = replace(program, tracks=tracks)
        if folder.name not in self._programs and any(parameter_files(folder)):
            raise RulesError(f"{folder}: rules of an unknown program{_near(folder.name, self._programs)}")
        if folder.name not in self._programs:
            return
        program = self._programs[folder.name]
        parameters = self._parameters.setdefault(program.name, {})
        for path in parameter_files(folder):
            parameter = load_parameter(path, program)
            before = parameters.get(parameter.name)
            if before is not None:
                parameter = replace(parameter, entries=before.entries + parameter.entries)
            parameters[parameter.name] = parameter

    def changed(self, parameters: Iterable[Parameter], rules_year: int | None = None) -> RuleBook:
        """This book with some parameters in place of its own and, if a year is given, its rules in every year."""
        book = copy(self)
        book._parameters = {name: dict(held) for name, held in self._parameters.items()}
        for parameter in parameters:
            book._parameters[parameter.program][parameter.name] = parameter
        book._rules_year = rules_year or self._rules_year
        return book

    @property
    def programs(self) -> Mapping[str, Program]:
        """Programs by name."""
        return self._programs

    @cached_property
    def sources(self) -> Mapping[str, Mapping[str, str]]:
        """The documents that citations name: title, publisher and where to read them, by short name."""
        return load_yaml(PACKAGED / "sources.yaml")

    def sources_of(self, entry: Entry) -> list[str]:
        """The documents, by short name, that an entry's citation names."""
        return [name for name in self.sources if name in entry.cite]

    def parameters(self, program: str) -> Mapping[str, Parameter]:
        """A program's parameters by name."""
        return self._parameters[self._program(program).name]

    def situations(self) -> Iterator[Situation]:
        """Every program, track and performance year that is covered."""
        for program in self._programs.values():
            for track in program.tracks.values():
                situations = (Situation(program.name, track.name, year) for year in track.years)
                yield from filter(self.covers, situations)

    def check(self, situation: Situation) -> None:
        """Raise RulesError where the project has no rules for a program, track and year."""
        situation = self._ruled(situation)
        program = self._program(situation.program)
        track = self._track(program, situation.track)
        if situation.year > program.verified_through:
            raise RulesError(
                f"{situation} is not covered: the rules of {program.label} are in the project through "
                f"{program.verified_through}; --rules DIR adds rules of a later performance year"
            )
        if situation.year not in track.years:
            raise RulesError(
                f"{situation} is not covered: {track.label} ran in {track.years[0]}-{track.years[-1]}; "
                "check performance_year and track"
            )

    def covers(self, situation: Situation) -> bool:
        """Whether the project has rules for a program, track and year."""
        situation = self._ruled(situation)
        program = self._programs.get(situation.program)
        track = program.tracks.get(situation.track) if program else None
        return bool(program and track and situation.year in track.years and situation.year <= program.verified_through)

    def entry(self, situation: Situation, parameter: str) -> Entry | None:
        """The entry of a parameter in force, or None where the parameter does not apply."""
        found = self.parameters(situation.program).get(parameter)
        return found.entry(situation.track, self._ruled(situation).year) if found else None

    def _ruled(self, situation: Situation) -> Situation:
        """The situation whose rules hold: of the year of this book, if it goes by one year's rules."""
        return situation if self._rules_year is None else replace(situation, year=self._rules_year)

    def _program(self, name: str) -> Program:
        if name not in self._programs:
            raise RulesError(
                f"unknown program {name!r}: expected {' or '.join(self._programs)}{_near(name, self._programs)}"
            )
        return self._programs[name]

    @staticmethod
    def _track(program: Program, name: str) -> Track:
        if name not in program.tracks:
            raise RulesError(
                f"unknown track {name!r}: {program.name} has {', '.join(program.tracks)}{_near(name, program.tracks)}"
            )
        return program.tracks[name]


def _near(word: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
