# make run     the demo workspace on http://127.0.0.1:5000
# make test    every test; as root on Debian it installs the services they need
#              (PICTURES=1 keeps pictures of all pages below .artifacts/screenshots)
# make cluster nginx, PostgreSQL, Redis, two web processes and two workers on loopback, with the
#              demo workspace, from the files under deploy/
# make bench   the benchmarks: a table and a JSON file
# make lint    style, types, import contracts, templates
# make scan    a fuzzer on the API and a scanner on the pages of a running server; takes minutes
# make lock    resolves requirements*.in anew into the lock files, with hashes

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The checkout itself: no network, no build environment, nothing but what the lock brought.
PROJECT := $(PIP) install --no-index --no-deps --no-build-isolation --editable .
# One more than there are cores: many tests wait for servers and browsers.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

.PHONY: help run test cluster bench lint scan lock clean

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "python3-venv is missing (Debian: apt install python3-venv)" >&2; exit 1; }

# A stamp file for each lock: the second time there is nothing to do.
$(VENV)/.installed: requirements.lock setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing the locked dependencies into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PROJECT)
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing the locked development dependencies into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PROJECT)
	@touch $@

run: $(VENV)/.installed
	@exec $(BIN)/enterprise-social serve --demo

test: $(VENV)/.installed-dev
	@tests/tools/install_services.sh
	@# Each worker would compile every test anew where Python is told to keep nothing.
	@exec env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

cluster: $(VENV)/.installed-dev
	@tests/tools/install_services.sh
	@exec $(BIN)/python -m tests.services.cluster

bench: $(VENV)/.installed-dev
	@tests/tools/install_services.sh
	@exec $(BIN)/python -m tests.bench

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@# H025 takes a tag in an {% if %} inside the same kind of tag for an orphan.
	@$(BIN)/djlint --quiet --profile=jinja --ignore=H011,H015,H020,H025,H030,H031,H043,J018,T041 --lint templates

scan: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.tools.scan

lock:
	@tests/tools/lock.sh

clean:
	@rm -rf .artifacts .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
