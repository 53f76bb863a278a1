from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from aco_cli.inputs.claims.duckdb_tables import DuckdbTables


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckdbTables]:
    """One DuckDB for the tests of a module; names of views are given anew by each test."""
    with duckdb.connect(config={"threads": 1}) as connection:
        yield DuckdbTables(connection, tmp_path_factory.mktemp("scratch"))
