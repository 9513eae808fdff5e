# Every target first installs painstats into .venv, from hashed lock files.
#   make demo    simulate a study of 42 participants in demo/, import it and write its reports
#   make test    linters and all tests
#   make lint    ruff and mypy
#   make messages   collect the sentences for participants, and compile their translations
#   make docs    build the documentation in site/; a broken link fails
#   make bench   the short benchmarks
#   make mutants break the code on purpose, and see whether the tests notice (about half an hour)
#   make wheel   build the wheel in dist/
#   make sample  simulate a study in sample-study/, without running it
#   make lock    renew the lock files
#   make pictures  take the pictures of the README from demo/; needs Chromium
#   make clean   remove .venv, demo/ and site/
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: setup demo test lint messages docs bench mutants wheel sample pictures clean lock
setup: $(STAMP)

$(STAMP): requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "painstats needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: setup
	rm -rf demo
	$(BIN)/python -m sample_data.make demo
	PREFECT_HOME=$(CURDIR)/demo/.prefect $(BIN)/python -m flows.nightly run demo --allow-quarantine
	$(BIN)/python -m sample_data.compare demo

# Many tests start Python: without compiled modules each start costs half a CPU second more.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup lint
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

messages: setup
	$(BIN)/python -m messages

docs: setup
	$(BIN)/python -m reference_pages
	$(BIN)/zensical build --clean --strict

bench: setup
	$(BIN)/python -m benchmarks.engine --sizes 200x90 --limit 120
	$(BIN)/python -m benchmarks.refits
	$(BIN)/python -m benchmarks.ingest --megabytes 100

mutants: setup
	$(BIN)/python -m benchmarks.mutants

wheel: setup
	$(BIN)/python -m hatchling build --target wheel --directory dist

sample: setup
	$(BIN)/python -m sample_data.make sample-study

pictures: setup
	$(BIN)/python -m sample_data.pictures demo

clean:
	rm -rf .venv demo site .cache

lock: setup
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --upgrade --no-emit-index-url --no-header --output-file requirements.lock
	echo "uv" | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes --upgrade --no-emit-index-url --no-header --output-file requirements-uv.lock
