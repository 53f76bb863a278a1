"""`python -m aco_cli` is `aco`."""

from aco_cli.main import run

run()
