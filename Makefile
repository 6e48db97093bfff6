# What a developer and a newcomer ask for. `make` alone lists it.

VENV := .venv
BIN := $(VENV)/bin
# The first Python on the PATH that is new enough; PYTHON=... names another.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; \
	done)
CONSOLE := $(BIN)/python hatch_build.py
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --no-input
COMPILE := $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate pyproject.toml --extra build

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test lint format bench console constraints clean \
	install install-dev browser

help: ## What there is to make
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 14

demo: install console ## Everything on this machine, with a simulated WhatsApp; Ctrl-C ends it
	@$(BIN)/python -m tidings demo

demo-reset: install ## Throw the demo's data away; the next demo begins anew
	@$(BIN)/python -m tidings demo-reset

test: install-dev console browser ## All tests: the console's, then the product's
	@$(CONSOLE) test
	@$(BIN)/python -m pytest

lint: install-dev ## Style, types, who imports whom, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/squawk src/tidings/store/migrations/*.sql
	@$(CONSOLE) run --silent lint
	@$(CONSOLE) run --silent format:check
	@$(CONSOLE) run --silent typecheck

format: install-dev ## Bring all sources into their form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@$(CONSOLE) run --silent format

bench: install ## All measurements, one JSON object each; BENCH=name for one
	@$(BIN)/python -m tidings bench $(or $(BENCH),all) --json

console: install ## Build the browser application, if its sources changed
	@$(CONSOLE)

constraints: install-dev ## Resolve the dependencies anew (UPGRADE=1: to the newest versions)
	$(PIP) install uv
	$(COMPILE) $(if $(UPGRADE),--upgrade) -o constraints.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) --extra dev -c constraints.txt -o constraints-dev.txt

clean: ## Remove what was made here: .venv, packages, caches. Data stays
	rm -rf $(VENV) console/node_modules src/tidings/api/console dist
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -prune -exec rm -rf {} +

install: $(VENV)/installed
install-dev: $(VENV)/installed-dev

$(BIN)/python:
	@test -n "$(PYTHON)" || { \
		echo "Tidings needs Python 3.11 or newer, and there is none on the PATH."; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments: its venv module is missing."; \
		echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

# --require-hashes: what is installed is what was locked, from whichever index pip is set up for.
$(VENV)/installed: constraints.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Tidings needs (a minute or two at first)"
	@$(PIP) install --require-hashes -r constraints.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: constraints-dev.txt $(VENV)/installed
	@echo "Installing what the tests need"
	@$(PIP) install --require-hashes -r constraints-dev.txt
	@touch $@

browser:
	@if [ -x /usr/bin/chromium ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium; \
	then :; \
	else echo "Browser tests are not run: /usr/bin/chromium is missing and could not be installed."; \
	fi
