# Everything sets itself up: a fresh clone needs Python 3.11 and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench lint evidence docs lock

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */  make \1\t/' | expand -t 20

setup: $(VENV)/.ready  ## the environment, from the locked packages

demo: $(VENV)/.ready  ## a policy's history told in two times
	$(BIN)/python -m replay.demo

test: $(VENV)/.ready  ## all tests
	$(BIN)/python -m pytest -n $(WORKERS)

bench: $(VENV)/.ready  ## the figures of speed
	$(BIN)/python -m bench

lint: $(VENV)/.ready  ## style and types
	$(BIN)/ruff check .
	$(BIN)/mypy

evidence: $(VENV)/.ready  ## the figures of trust: tests, answers, reasons, followers, rebuilds; with seed, count and time
	@failed=0; for part in noticed evidence; do $(BIN)/python -m bench.$$part || failed=1; done; exit $$failed

docs: $(VENV)/.ready  ## the pages that are made from the clauses
	$(BIN)/python -c "from ledger.clauses import register; print(register(), end='')" > docs/interpretations.md

# The lock files name no index: packages come from wherever this machine's pip is told to look, and the hashes hold anyway.
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-config --quiet \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: $(VENV)/.ready  ## resolve the packages anew (UPGRADE=--upgrade takes the newest)
	$(COMPILE) $(UPGRADE) --all-extras --output-file lock/dev.txt
	$(COMPILE) --constraint lock/dev.txt --output-file lock/base.txt

# Two stamps: the packages change with the lock, the project's own metadata with pyproject.toml.
$(VENV)/.packages: lock/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] >= (3, 11) else "Python 3.11 is needed, found " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement lock/dev.txt
	@touch $@

$(VENV)/.ready: $(VENV)/.packages pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
