"""What a file says of how it was made, where its format has a place for that."""

from collections.abc import Mapping

from aco_cli import __version__


def provenance(rules: str) -> Mapping[str, str]:
    """The version of `aco` and the sha256 of the rules, by the names of properties and metadata."""
    return {"aco_version": __version__, "aco_rules": rules}
