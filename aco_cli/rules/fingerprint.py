"""One number for all rule data, so that a later run can tell whether the rules are still the same."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from aco_cli.errors import RulesError
from aco_cli.rules.parameters import PACKAGED


def rules_fingerprint(folders: Sequence[Path] = ()) -> str:
    """The sha256 over names and contents of the packaged rules and lines and those of the folders, in the order given.

    Names count from the folder, so that it does not matter where it lies. Raises RulesError for what cannot be read.
    """
    return fingerprint([PACKAGED, PACKAGED.with_name("law"), *folders], ("*.yaml",))


def short(sha256: str) -> str:
    """As much of a sha256 as people compare."""
    return sha256[:12]


def fingerprint(folders: Sequence[Path], patterns: Sequence[str]) -> str:
    """The sha256 over names and contents of the files below some folders that fit any of the patterns."""
    total = hashlib.sha256()
    for folder in folders:
        if not folder.is_dir():
            raise RulesError(f"{folder}: expected a folder of rules such as {folder}/mssp/sequestration.yaml")
        files = sorted((path.relative_to(folder).as_posix(), path) for each in patterns for path in folder.rglob(each))
        total.update(f"folder of {len(files)}\n".encode())
        for name, path in files:
            try:
                content = path.read_bytes()
            except OSError as error:
                raise RulesError(f"{path}: cannot be read: {error.strerror}") from error
            total.update(f"{name}\n{hashlib.sha256(content).hexdigest()}\n".encode())
    return total.hexdigest()
