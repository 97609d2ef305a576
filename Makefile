# `make demo` shows it, `make test` proves it; both make what they need and nothing else.
#
#   make demo PYTHON=python3.12          another Python
#   make test ENVS="py310 floors"        other environments of tox.ini
#   make quick ARGS="-k labels"          other words for the command beneath

PYTHON ?= python3
ENVS ?=
ARGS ?=
# What is left out in a hurry: the folders that try everything on everything, and a second transport.
QUICK = --ignore=tests/faults --ignore=tests/laws --ignore=tests/leaks -k 'not [requests and not requests]'
# tox.ini asks for the same; having it at once spares tox an environment for itself.
TOX = 'tox>=4.11,<4.40' 'virtualenv<21'
# An environment is set up again when the metadata change, or when PYTHON names another one.
READY = ready-$(subst /,_,$(PYTHON))
METADATA = setup.cfg pyproject.toml
NO_VENV = { echo "$(PYTHON) could not make a virtual environment: it must be Python 3.8 or newer with its venv module (on Debian: apt install python3-venv)." >&2; exit 1; }
NEW_ENOUGH = $(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 8))'

.PHONY: help demo test quick docs clean

help:
	@echo "make demo    start a local GraceDB and walk a candidate through it"
	@echo "make test    the tests through tox: oldest and newest Python found, lint, types"
	@echo "make quick   the tests but for the slow ones, with one Python"
	@echo "make docs    the documentation, into docs/_build/html"
	@echo "make clean   remove all that these made"

demo: .venv-demo/$(READY)
	@.venv-demo/bin/gracedb-core demo $(ARGS)

test: .venv-test/$(READY)
	@.venv-test/bin/python .ci/stacks.py $(ENVS) $(if $(ARGS),-- $(ARGS))

quick: .venv-quick/$(READY)
	@.venv-quick/bin/pytest -q --timeout=300 -m "not slow and not interop" $(or $(ARGS),$(QUICK))

docs: .venv-test/$(READY)
	@.venv-test/bin/python .ci/stacks.py docs

clean:
	rm -rf .venv-demo .venv-test .venv-quick .tox build dist docs/_build *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

.venv-demo/$(READY): $(METADATA)
	@echo "Setting up .venv-demo (once) ..."
	@$(NEW_ENOUGH) && $(PYTHON) -m venv --clear .venv-demo || $(NO_VENV)
	@.venv-demo/bin/python -m pip install -qq --upgrade pip
	@.venv-demo/bin/python -m pip install -qq --editable '.[sandbox,cli]'
	@touch $@

.venv-quick/$(READY): $(METADATA)
	@echo "Setting up .venv-quick (once) ..."
	@$(NEW_ENOUGH) && $(PYTHON) -m venv --clear .venv-quick || $(NO_VENV)
	@.venv-quick/bin/python -m pip install -qq --upgrade pip
	@.venv-quick/bin/python -m pip install -qq --editable '.[sandbox,cli,test]'
	@touch $@

.venv-test/$(READY): $(METADATA) tox.ini
	@echo "Setting up .venv-test (once) ..."
	@$(NEW_ENOUGH) && $(PYTHON) -m venv --clear .venv-test || $(NO_VENV)
	@.venv-test/bin/python -m pip install -qq --upgrade pip
	@.venv-test/bin/python -m pip install -qq $(TOX)
	@touch $@
