PYTHON ?= python3
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test lint bench

run: .venv/installed-run
	@.venv/bin/python manage.py serve

test: .venv/installed-dev
	@.venv/bin/python -m callmon.testing

lint: .venv/installed-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	DATA_DIR=.cache/lint .venv/bin/mypy .
	DATA_DIR=.cache/lint .venv/bin/python manage.py makemigrations --check --dry-run

bench: .venv/installed-run
	@.venv/bin/python -m bench

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "callmon: takes Python 3.11 or later")'
	@$(PYTHON) -m venv .venv

.venv/installed-run: requirements.txt | .venv/bin/python
	@echo "Installing into .venv; only needed once"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed-run
	@$(PIP) -r requirements-dev.txt
	@touch $@
