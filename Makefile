# One virtual environment in .venv; needs Python 3.11 or newer with venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROSTER := sample_data/roster_2014.csv
COVERING := tests/engine tests/rules tests/reference tests/api tests/inputs \
	$(patsubst %,tests/commands/test_%.py,expenditures explain quality settle summary whatif)

.PHONY: demo test test-slow coverage mutants lint types check bench bench-claims columns format clean

demo: $(VENV)/installed  ## settle 2014 from the sample roster: the table, then the summary
	$(BIN)/aco settle 2014 $(ROSTER) --format table
	$(BIN)/aco summary 2014 $(ROSTER) --format table

test: $(VENV)/installed-dev  ## the tests, but for the slow ones
	$(BIN)/python -m pytest -n 2 -m 'not slow'

test-slow: $(VENV)/installed-dev  ## those that start Spark, a browser or a spreadsheet program, kill runs, or make many feeds
	$(BIN)/python -m pytest -n 2 -m slow

coverage: $(VENV)/installed-dev  ## lines and branches of the engine and the inputs that tests reach
	$(BIN)/python -m pytest -n 2 -q -m 'not slow' --cov --cov-context=test $(COVERING)

mutants: $(VENV)/installed-dev  ## which changed formulas, rule values and lines of code no test notices; hours without SAMPLE=
	$(BIN)/python tests/mutants/run.py $(if $(SAMPLE),--sample $(SAMPLE)) $(MUTANTS)

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

check: demo test test-slow lint types  ## what CI runs, but for coverage and mutants

bench: $(VENV)/installed-dev  ## speed as ratios, each measured in one run
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/page.py

bench-claims: $(VENV)/installed-dev  ## 20 and 100 million claim lines against hand-written SQL, CCLF against Parquet; needs 10 GB of disk
	$(BIN)/python benchmarks/claims.py
	$(BIN)/python benchmarks/feeds.py

columns: $(VENV)/installed-dev  ## docs/columns.md from the dictionary of columns
	$(BIN)/python docs/make_columns.py

format: $(VENV)/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "aco needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@ $(VENV)/installed
