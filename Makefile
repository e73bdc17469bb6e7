# Every target installs what it needs by itself: Python 3.11 to 3.14, make and a package index are enough.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# PYTHON=/path/to/python chooses an interpreter; it gets an environment of its own beside the default one.
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for one in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$one -c '$(SUPPORTED)' 2>/dev/null && { echo $$one; break; }; done)
VENV := .venv
else
VENV := .venv-$(shell $(PYTHON) -c 'import sys; print(sys.implementation.name, *sys.version_info[:2], sep="-")' 2>/dev/null)
endif
BIN := $(VENV)/bin
PY := $(BIN)/python
# What a run needs, and what work on the code needs besides: the groups test, lint and manifests.
RUNS := $(VENV)/.synced-run
SYNCED := $(VENV)/.synced
SUITE := $(PY) -m janseva_local
# Most tests wait for servers: two workers, each with servers of its own, keep two cores busy.
WORKERS ?= 2
SOURCES := schemas chassis services web cli deploy tests bench docs/papers
MEMBERS := schemas chassis $(wildcard services/*) web cli deploy/local

# Variables given as `make run PORT_BASE=9000` reach the programs through their environment: make exports them.
export UV_PYTHON_DOWNLOADS := never
export VIRTUAL_ENV :=
# Programs and tests start from compiled files: compiling anew is half the time of a start.
unexport PYTHONDONTWRITEBYTECODE
export UV_PROJECT_ENVIRONMENT := $(VENV)

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^## / {printf "\n\033[1m%s\033[0m\n", substr($$0, 4)} \
		/^[a-z0-9-]+:.*## / {printf "  \033[36m%-18s\033[0m %s\n", $$1, $$2}' Makefile
	@printf '\nOptions of run and up: POLICIES=<file> PORT_BASE=9000 FREE_PORTS=1 SECURE=1; JANSEVA_DATA=<folder> for all.\n'
	@printf 'KAFKA_BOOTSTRAP and MONGO_URI name servers to use instead of starting some.\n'
	@printf 'PYTHON=/path/to/python uses another interpreter (3.11 to 3.14), in an environment of its own.\n'

## The suite on this machine

.PHONY: run
run: $(RUNS) ## Start Kafka, MongoDB, the five services and the pages here; Ctrl-C stops all
	@exec $(SUITE) run

.PHONY: up
up: $(RUNS) ## Start the suite in the background; returns when it is ready
	@exec $(SUITE) up

.PHONY: down
down: $(RUNS) ## Stop the suite; data stay
	@exec $(SUITE) down

.PHONY: status
status: $(RUNS) ## Show what runs, where, since when
	@exec $(SUITE) status

.PHONY: logs
logs: $(RUNS) ## Follow the logs, or one: S=intake
	@exec $(SUITE) logs $(S)

.PHONY: reset
reset: $(RUNS) ## Stop the suite and delete its data; asks first, unless YES=1
	@exec $(SUITE) reset

.PHONY: token
token: $(RUNS) ## Print an officer's token: ROLE=sho STATION=<code>
	@exec $(SUITE) token

.PHONY: demo
demo: $(RUNS) ## Let some 300 citizens and officers use the suite and reconcile; PLANT=lose|double|late|...
	@exec $(SUITE) demo $(if $(PLANT),--plant $(PLANT)) $(if $(KILL),--kill) $(ARGS)

.PHONY: seed-data
seed-data: $(RUNS) ## Fill the running suite with sample registers, FIRs and officers, marked as samples
	@exec $(SUITE) seed-data

.PHONY: dashboards-check
dashboards-check: $(RUNS) ## Ask a real Prometheus beside the suite every query of the dashboards, every rule, one sum of the ledger
	@exec $(PY) deploy/grafana/check.py

.PHONY: hq
hq: $(RUNS) ## Draw all dashboards of the suite, in Hindi and English, as pages and pictures (.data/hq)
	@exec $(PY) deploy/grafana/draw.py

## Work on the code

.PHONY: fast
fast: $(SYNCED) ## Run the fast tests: no servers, a few seconds
	@$(BIN)/pytest tests --ignore=tests/integration --ignore=tests/e2e $(ARGS)

.PHONY: test
test: $(SYNCED) ## Run all tests, on a real Kafka and MongoDB that they start
	@$(BIN)/pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder --durations=10 $(ARGS)

.PHONY: repeat
repeat: $(SYNCED) ## Run all tests TIMES=10 times, ABREAST=2 at a time, and list every test that ever failed
	@exec $(PY) tests/repeat.py --runs $(or $(TIMES),10) --abreast $(or $(ABREAST),2) --args '$(ARGS)'

.PHONY: check
check: $(SYNCED) ## Run exactly what CI runs: the targets of tests/budgets.toml, with the minutes each took
	@exec $(PY) tests/check.py

.PHONY: lint
lint: $(SYNCED) ## Check style, formatting, import rules, declared dependencies and the lock file
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/deptry --no-ansi tests bench deploy/k8s deploy/grafana deploy/prometheus docs/papers
	@for one in $(MEMBERS); do (cd $$one && $(CURDIR)/$(BIN)/deptry --no-ansi .) || { echo "in $$one" >&2; exit 1; }; done
	@$(BIN)/uv lock --check

.PHONY: types
types: $(SYNCED) ## Check the types, tests included
	@$(BIN)/mypy $(SOURCES)

.PHONY: fmt
fmt: $(SYNCED) ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

## Files made from the code

GENERATORS := schemas/event_schemas/generate.py deploy/prometheus/generate.py deploy/grafana/generate.py deploy/k8s/generate.py deploy/openapi/generate.py deploy/local/generate.py deploy/architecture/generate.py docs/papers/generate.py docs/catalogue/generate.py docs/commands/generate.py

.PHONY: generate
generate: $(SYNCED) ## Write JSON Schemas, OpenAPI documents, rules, dashboards, manifests and pictures of papers anew
	@for one in $(GENERATORS); do $(PY) $$one; done

.PHONY: generated
generated: $(SYNCED) ## Check that they are current
	@for one in $(GENERATORS); do $(PY) $$one --check; done

.PHONY: k8s-check
k8s-check: $(SYNCED) ## Hold the Kubernetes overlays against the code, or the one to be applied: OVERLAY=<folder>
	@$(PY) deploy/k8s/validate.py $(OVERLAY)

## Measure

.PHONY: bench
bench: $(SYNCED) ## Run the benchmarks, or some: ONLY="intake"
	@exec $(PY) -m bench $(ONLY)

# The virtual environment: made once, synced whenever a package's dependencies or the lock change.
LOCKED := pyproject.toml uv.lock $(wildcard $(MEMBERS:=/pyproject.toml))

$(RUNS): $(LOCKED)
	@if ! "$(PYTHON)" -c '$(SUPPORTED)' 2>/dev/null; then \
		echo "Python 3.11 to 3.14 is needed: install it, or name it with PYTHON=/path/to/python" >&2; exit 1; fi
	@if [[ ! -x $(PY) ]]; then echo "making $(VENV) with $$($(PYTHON) --version)"; $(PYTHON) -m venv $(VENV); fi
	@if [[ ! -x $(BIN)/uv ]]; then $(PY) -m pip install --quiet --disable-pip-version-check uv; fi
	@$(BIN)/uv sync --all-packages --no-default-groups --inexact --locked
	@touch $@

$(SYNCED): $(RUNS)
	@$(BIN)/uv sync --all-packages --locked
	@touch $@
