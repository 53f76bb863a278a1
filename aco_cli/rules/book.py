"""The rule book: all parameters of all programs, looked up by program, track and performance year."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from aco_cli.errors import RulesError
from aco_cli.nearest import did_you_mean
from aco_cli.rules.alike import misfits
from aco_cli.rules.fingerprint import rules_fingerprint
from aco_cli.rules.given_lines import GivenLines, lines_in_folders
from aco_cli.rules.parameters import (
    OPEN,
    PACKAGED,
    Entry,
    Parameter,
    Program,
    Status,
    parameter_in,
    program_in,
    rises,
    rule_files,
    show_years,
)
from aco_cli.rules.quality import ANY, QUALITY, MeasureSet, add_measures
from aco_cli.rules.validated_yaml import read_yaml, told, validated


@dataclass(frozen=True)
class Situation:
    """What selects the rules: a program, a track and a performance year.

    The year of a benchmark is that of the agreement start; its `performance_year`, which selects a few of its rules, is
    the first one where it is not given.
    """

    program: str
    track: str
    year: int
    performance_year: int | None = None

    def __str__(self) -> str:
        """E.g. `mssp track-1 in 2014`."""
        return f"{self.program} {self.track} in {self.year}"


def scoring(year: int) -> Situation:
    """What selects the rules by which the quality measures of a performance year are scored."""
    return Situation(QUALITY, ANY, year)


def _refuse_misfits(path: Path, new: Parameter, known: Sequence[Any]) -> None:
    faults = [
        told(path, ("values", number, "value", *place), wrong)
        for number, entry in enumerate(new.entries if known else ())
        for place, wrong in misfits(entry.value, known)
    ]
    faults = faults or [
        told(path, ("values", number, "value"), "lower must rise from row to row")
        for number, entry in enumerate(new.entries)
        if not rises(entry.value)
    ]
    if faults:
        raise RulesError("\n".join(faults))


class RuleBook:
    """Programs and their parameters from the packaged files and, over them, from folders given by the user.

    A folder given laid out alike (`mssp/sequestration.yaml`) adds values; for the same track and year its values win.
    `mssp/quality/` is the program `mssp-quality`, which also has measures by year. Packaged files of a program are read
    when it is asked for, those of a folder given at once. Raises RulesError for what is wrong with a file.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self.programs: dict[str, Program] = {}
        self._folders: dict[str, list[Path]] = {}
        self._parameters: dict[str, dict[str, Parameter]] = {}
        self._measures: dict[int, MeasureSet] = {}
        self._in_force: dict[Situation, Mapping[str, Entry]] = {}
        self._rules_year: int | None = None
        self._given = tuple(folders)
        self._add(PACKAGED)
        for program in [name for root in folders for name in self._add(root)]:
            self.parameters(program)
        self.lines = tuple(lines_in_folders(folders, list(self.programs)))

    @property
    def fingerprint(self) -> str:
        """The sha256 of the rule files, those of the folders given among them."""
        return rules_fingerprint(self._given)

    def _add(self, root: Path) -> list[str]:
        """The names of the programs of which a folder holds rules."""
        if not root.is_dir():
            raise RulesError(f"{root}: expected a folder of rules such as {root}/mssp/sequestration.yaml")
        found = {folder.name: folder for folder in sorted(root.glob("*/"))}
        programs = [name for name in found if name in self.programs or (found[name] / "program.yaml").exists()]
        found |= {f"{name}-{each.name}": each for name in programs for each in sorted(found[name].glob("*/"))}
        held = {name: folder for name, folder in found.items() if next(folder.glob("*.yaml"), None)}
        if not held:
            raise RulesError(f"{root}: expected rules such as {root}/mssp/sequestration.yaml, found none")
        for name, folder in held.items():
            described = folder / "program.yaml"
            if described.exists():
                self.programs[name] = program_in(described, name, self.programs.get(name))
            elif name not in self.programs:
                raise RulesError(f"{folder}: rules of an unknown program{did_you_mean(name, self.programs)}")
            self._folders.setdefault(name, []).append(folder)
        return list(held)

    def _load(self, program: Program) -> dict[str, Parameter]:
        parameters: dict[str, Parameter] = {}
        measures: dict[int, MeasureSet] = {}
        for path in (path for folder in self._folders[program.name] for path in rule_files(folder)):
            content = read_yaml(path)
            if program.name == QUALITY and isinstance(content, dict) and "measures" in content:
                add_measures(measures, path, content)
            else:
                new = parameter_in(path, content, program)
                before = parameters.get(new.name, replace(new, entries=()))
                _refuse_misfits(path, new, [entry.value for entry in before.entries])
                parameters[new.name] = replace(new, entries=before.entries + new.entries)
        self._measures = self._measures | dict(sorted(measures.items()))
        return parameters

    def changed(self, parameters: Iterable[Parameter], rules_year: int | None = None) -> "RuleBook":
        """This book with some parameters in place of its own and, if a year is given, its rules in every year."""
        book = copy(self)
        book._parameters, book._in_force = dict(self._parameters), {}
        for parameter in parameters:
            book._parameters[parameter.program] = {**book.parameters(parameter.program), parameter.name: parameter}
        book._rules_year = rules_year or self._rules_year
        return book

    def by_own_years(self) -> "RuleBook":
        """This book with the rules of each year in that year, as those of agreements go by when these started."""
        book = copy(self)
        book._rules_year, book._in_force = None, {}
        return book

    def with_lines(self, lines: Iterable[GivenLines]) -> "RuleBook":
        """This book with further lines of the law over those of its folders."""
        book = copy(self)
        book.lines = (*self.lines, *lines)
        return book

    @cached_property
    def sources(self) -> Mapping[str, Mapping[str, str]]:
        """The documents that citations name: title, publisher and where to read them, by short name."""
        kind: Any = dict[str, dict[Literal["title", "publisher", "where"], str]]
        return validated(PACKAGED / "sources.yaml", kind, read_yaml(PACKAGED / "sources.yaml"))

    def sources_of(self, entry: Entry) -> list[str]:
        """The documents, by short name, that an entry's citation names."""
        return [name for name in self.sources if name in entry.cite]

    def parameters(self, program: str) -> Mapping[str, Parameter]:
        """A program's parameters by name."""
        known = self._program(program)
        if program not in self._parameters:
            self._parameters[program] = self._load(known)
        return self._parameters[program]

    def names(self, programs: Iterable[str]) -> frozenset[tuple[str, str]]:
        """The parameters of some programs: program and name of each."""
        return frozenset([(program, name) for program in programs for name in self.parameters(program)])

    def measures(self, year: int) -> MeasureSet | None:
        """The quality measures of a performance year, or None where there are none. Raises RulesError as `check`."""
        situation = self._ruled(scoring(year))
        if found := self.measure_sets.get(situation.year):
            self.check(situation)
        return found

    @property
    def measure_sets(self) -> Mapping[int, MeasureSet]:
        """The quality measures by performance year, verified or not, in order."""
        self.parameters(QUALITY)
        return self._measures

    def situations(self) -> Iterator[Situation]:
        """Every program, track and performance year that is covered."""
        for program in self.programs.values():
            for name, track in program.tracks.items():
                years = program.verified(track.years)
                yield from filter(self.covers, (Situation(program.name, name, year) for year in years))

    def check(self, situation: Situation) -> None:
        """Raise RulesError where the project has no rules for a program, track and year."""
        situation = self._ruled(situation)
        program = self._program(situation.program)
        if situation.track not in program.tracks:
            has = f"{program.name} has {', '.join(program.tracks)}{did_you_mean(situation.track, program.tracks)}"
            raise RulesError(f"unknown track {situation.track!r}: {has}")
        if situation.year > program.verified_through:
            raise RulesError(
                f"{situation} is not covered: the rules of {program.label} are in the project through "
                f"{program.verified_through}; --rules DIR adds rules of a later performance year"
            )
        label, years = program.tracks[situation.track].label, program.tracks[situation.track].years
        if situation.year not in years:
            ran = f"runs from {years.start} on" if years.stop == OPEN else f"ran in {show_years(years)}"
            raise RulesError(f"{situation} is not covered: {label} {ran}; check performance_year and track")

    def covers(self, situation: Situation) -> bool:
        """Whether the project has rules for a program, track and year."""
        situation = self._ruled(situation)
        program = self.programs.get(situation.program)
        track = program.tracks.get(situation.track) if program else None
        return bool(program and track and situation.year in program.verified(track.years))

    def in_force(self, situation: Situation) -> Mapping[str, Entry]:
        """All that is in force for a program, track and year, by name: parameters and measures; {} if not covered."""
        if situation not in self._in_force:
            written = self._written(self._ruled(situation))
            self._in_force[situation] = written if self.covers(situation) else {}
        return self._in_force[situation]

    def entry(self, situation: Situation, parameter: str) -> Entry | None:
        """The entry of a parameter or measure in force, or None where it does not apply."""
        return self.in_force(situation).get(parameter)

    def value(self, situation: Situation, parameter: str) -> Any:
        """The value of a parameter in force, or None where it does not apply."""
        entry = self.entry(situation, parameter)
        return entry and entry.value

    def unconfirmed(self, situation: Situation) -> Iterator[tuple[str, Entry, str]]:
        """What would be in force in a year, verified or not, and nobody confirmed for it: name, entry and why.

        That is what is not published, and what was written for an earlier year and goes on past `verified_through`.
        """
        verified = self._program(situation.program).verified_through
        for name, entry in self._written(situation).items():
            why = [] if entry.status is Status.PUBLISHED else ["not published"]
            if entry.years.stop == OPEN and situation.year > max(verified, entry.years.start):
                why.append(f"carried beyond verified_through {verified}")
            if why:
                yield name, entry, "; ".join(why)

    def _written(self, situation: Situation) -> dict[str, Entry]:
        """What the files say of a track in a year in which it runs, verified or not."""
        track = self._program(situation.program).tracks.get(situation.track)
        if track is None or situation.year not in track.years:
            return {}
        held = self.parameters(situation.program).items()
        performance_year = situation.performance_year or situation.year
        found = {
            name: each.entry(situation.track, performance_year if each.by_performance_year else situation.year)
            for name, each in held
        }
        measures = self._measures.get(situation.year) if situation.program == QUALITY else None
        return {name: entry for name, entry in found.items() if entry} | dict(measures.entries if measures else {})

    def _ruled(self, situation: Situation) -> Situation:
        """The situation whose rules hold: of the year of this book, if it goes by one year's rules."""
        year = self._rules_year
        return situation if year is None else replace(situation, year=year, performance_year=None)

    def _program(self, name: str) -> Program:
        if name not in self.programs:
            known = " or ".join(self.programs)
            raise RulesError(f"unknown program {name!r}: expected {known}{did_you_mean(name, self.programs)}")
        return self.programs[name]
