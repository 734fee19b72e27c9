# `make` lists what there is. Needs Python 3.11 or newer and make; everything else it sets up itself, in .venv.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test chaos unit check format lock bench wheel clean

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(READY) ## make the environment in .venv

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: set PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; \
	  else echo "Python's venv module is missing: install the package python3-venv"; exit 1; fi; }
	@echo "setting up .venv (once; a minute or two)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## the real thing, on this machine: publish, correct, withdraw, with four partners (ONCE=1 ends by itself)
	@$(BIN)/syndicate demo $(if $(ONCE),--once)

test: $(READY) ## every test, three at a time (JOBS=1: one by one); those that need PostgreSQL skip where there is none
	@$(BIN)/pytest -n $(or $(JOBS),3) --dist worksteal

chaos: $(READY) ## harm done to the whole system, on SQLite and on PostgreSQL, up to ten minutes (SEED=7 does the same again)
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(ON),--on $(ON))

unit: $(READY) ## the unit tests: no network, no server, a few seconds
	@$(BIN)/pytest tests/unit tests/architecture -q

check: $(READY) ## style, types, and who may import whom
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## put the style right
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

lock: $(READY) ## choose the newest versions that fit pyproject.toml, and pin them with their hashes
	@$(BIN)/pip-compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-emit-options --no-header --strip-extras --allow-unsafe \
	  --extra redis --extra postgresql --extra dev --output-file requirements.lock pyproject.toml

bench: $(READY) ## how fast, against what, as ratios; needs nginx and wrk (PART=feeds for one; QUICK=1 only sees that it runs)
	@for part in $(or $(PART),delivery feeds); do $(BIN)/python -m bench $$part $(if $(QUICK),--quick) || exit 1; done

wheel: $(READY) ## build the wheel into dist/
	@$(BIN)/hatchling build -t wheel

clean: ## remove the environment and everything that was made
	@rm -rf $(VENV) var dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
