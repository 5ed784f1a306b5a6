# Each target sets up what it needs: Python's packages in .venv, databases in .checkin. Start with `make help`.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3.11 python3 python3.12 python3.13
PORT ?= 8000
RESET ?=
ARGS ?=
NAME ?=
NUMBER ?=

READY := .venv/.ready
RUN := .venv/bin/python -m

.PHONY: help demo test check audit bench pictures leaflets risk-report clean

help:  ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

demo: $(READY)  ## try the line: phones on a page, the console beside it (PORT=8000 RESET=1)
	@$(RUN) checkin.cli demo --port $(PORT) $(if $(RESET),--reset)

test: $(READY)  ## run the tests, in up to four processes (ARGS="-k words" for some of them)
	@$(RUN) pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

check: $(READY)  ## everything a change must pass: format, lint, types, who imports whom, tests with coverage
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@.venv/bin/lint-imports
	@$(RUN) pytest --cov $(ARGS)

# Its own environment: it is no part of the line, and what it needs is nobody else's. It asks the network, so it is no test.
audit: $(READY)  ## ask the advisory database about every pinned package (needs the network)
	@test -x .checkin/audit/bin/pip-audit || { $(RUN) venv .checkin/audit && .checkin/audit/bin/pip install -q 'pip-audit>=2.9'; }
	@.checkin/audit/bin/pip-audit --strict --disable-pip --no-deps -r requirements.lock

bench: $(READY)  ## the speed of what matters, as ratios to a ceiling measured in the same run
	@set -e; for file in $(filter-out bench/_%,$(wildcard bench/*.py)); do $(RUN) bench.$$(basename $$file .py); done

pictures: $(READY)  ## take the pictures of the console in docs/images anew
	@$(RUN) pytest -q tests/console/pictures.py

leaflets: $(READY)  ## print the leaflets into leaflets/ (NAME="Leeds Circle" NUMBER=+441632960000)
	@$(RUN) checkin.cli leaflets leaflets $(if $(NAME),--name "$(NAME)") $(if $(NUMBER),--number "$(NUMBER)")

risk-report: $(READY)  ## how well danger is heard: on the tests' examples, rated texts at hand, and staff's verdicts
	@$(RUN) tests.risk_report

clean:  ## remove what was set up, the demo's data too
	@for link in .checkin/pg/elsewhere .checkin/test/*/pg/elsewhere .checkin/test/*/elsewhere; do \
	    if [ -L "$$link" ]; then rm -rf "$$(readlink "$$link")"; fi; \
	done
	@rm -rf .venv .checkin .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* htmlcov *.egg-info

# The first of PYTHON that is new enough; deploy/set_up.py then works with what every Python brings.
$(READY): requirements.lock deploy/set_up.py
	@for python in $(PYTHON); do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        exec $$python deploy/set_up.py .venv requirements.lock; \
	    fi; \
	done; \
	echo "Python 3.11 or newer is needed and none was found: install it, or name it with PYTHON=/path/to/python3." >&2; \
	exit 2
	@touch $@
