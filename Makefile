# Two commands: `make run` and `make test`. Everything lands in .venv; nothing else is touched.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

# What Python compiles is kept, and out of sight: the suite starts many processes.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/$(VENV)/pycache

.PHONY: help run setup test check lint bench soak clean

help: ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

run: setup ## set up, then everything at once: the demo shop, its telephone, the ops desk
	@$(PY) -m delivery dev

setup: $(VENV)/.ready ## a ready .venv

test: $(VENV)/.ready-dev ## the whole suite, on SQLite and PostgreSQL
	@$(PY) -m pytest -n auto

check: $(VENV)/.ready-dev ## format, lint, types, imports, tests: what CI runs
	@$(PY) -m delivery check

lint: $(VENV)/.ready-dev ## the same without the tests
	@$(PY) -m delivery check format lint types imports

bench: $(VENV)/.ready-dev ## the figures, as a table and in bench.json
	@$(PY) -m delivery bench --json bench.json

soak: $(VENV)/.ready-dev ## the long tests: many kills, and every fault at its real pace
	@PERILLE_TEST_ALL=1 $(PY) -m pytest -s tests/soak

clean: ## throw away the venv and the demo's database
	rm -rf $(VENV) perille.db perille.db-*

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# uv if it is there, else uv in the venv, else pip: each checks the same hashes.
define install
	@if command -v uv >/dev/null 2>&1; then UV=uv; \
	elif $(PY) -m pip install -q --disable-pip-version-check uv 2>/dev/null; then UV="$(PY) -m uv"; \
	else UV=; fi; \
	if [ -n "$$UV" ]; then $$UV pip install -q -p $(VENV) --require-hashes -r $(1); \
	else $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $(1); fi
	@touch $@
endef

$(VENV)/.ready: requirements.lock | $(VENV)/.python
	$(call install,requirements.lock)

$(VENV)/.ready-dev: .ci/requirements-dev.lock $(VENV)/.ready
	$(call install,.ci/requirements-dev.lock)
