# Everything a newcomer needs: `make run` to see it, `make test` to trust it, `make help` for the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK_FLAGS := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

IMAGE ?= heraut:latest
OUTPUT ?= --output type=oci,dest=build/heraut.tar

# Some images forbid Python to keep what it compiled: every one of some hundred processes would compile anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test check types fast chaos format bench load lock image sbom audit clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

# One stamp per lock file: an unchanged lock costs nothing, a changed one reinstalls.
$(VENV)/.created:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Heraut needs Python 3.11 or newer; set PYTHON=python3.12 or similar")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.created requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.created requirements-dev.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@ $(VENV)/.run

$(VENV)/.bench: $(VENV)/.dev requirements-bench.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

run: $(VENV)/.run ## start Heraut on its embedded default (SQLite, sample feeds, web chat)
	$(BIN)/heraut run

demo: $(VENV)/.run ## a bundled day of news at a quick pace, in the web chat
	$(BIN)/heraut demo

check: $(VENV)/.dev ## format, lint, types, layers, fast tests: under a minute
	$(BIN)/ruff format --check bot tests deploy
	$(BIN)/ruff check bot tests deploy
	@$(MAKE) --no-print-directory -j 2 types fast

# Beside each other: where nothing is known yet, the types take more than a minute of one core.
types: $(VENV)/.dev
	$(BIN)/mypy

fast: $(VENV)/.dev
	$(BIN)/pytest -q -n 2 -m "not slow"

# In the order of the folders: by default files with few tests come last, and those are the longest.
test: $(VENV)/.dev ## everything: check first, then the slow tests (processes, browser, platforms)
	@$(MAKE) --no-print-directory check
	$(BIN)/pytest -q -m slow -n 3 --dist loadfile --no-loadscope-reorder

chaos: $(VENV)/.dev ## the long crash and pace tests: kills, full disk, outages, real limits (half an hour)
	HERAUT_CHAOS=long $(BIN)/pytest -q -s tests/chaos

format: $(VENV)/.dev ## rewrite the code in the project's format
	$(BIN)/ruff format bot tests deploy
	$(BIN)/ruff check --fix bot tests deploy

bench: $(VENV)/.bench ## speed against peers and physical limits, in one run
	$(BIN)/python -m tests.bench

load: $(VENV)/.bench ## many feeds, rules and chats at once: SQLite, PostgreSQL with 1, 2, 4 workers, peers
	$(BIN)/python -m tests.bench load $(LOAD)

image: ## the container for amd64 and arm64, with a list of its parts; IMAGE=…, and OUTPUT=--push to publish it
	@mkdir -p build
	docker buildx build --platform linux/amd64,linux/arm64 --sbom=true --provenance=true \
	  -f deploy/Dockerfile -t $(IMAGE) $(OUTPUT) .

sbom: $(VENV)/.dev ## what Heraut is made of, as CycloneDX: build/heraut.cdx.json
	@mkdir -p build
	$(BIN)/python deploy/sbom.py requirements-scale.lock > build/heraut.cdx.json

audit: $(VENV)/.audit ## known weaknesses in what the locks pin (asks the network)
	$(VENV)/.audit/bin/pip-audit --disable-pip --require-hashes -r requirements-scale.lock
	$(VENV)/.audit/bin/pip-audit --disable-pip --require-hashes -r requirements-dev.lock

# Of its own: what looks for weaknesses must not become part of what is looked at.
$(VENV)/.audit: $(VENV)/.created
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit~=2.9'

lock: $(VENV)/.dev ## resolve the dependencies again and write the lock files
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile $(LOCK_FLAGS) --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(LOCK_FLAGS) --extra scale -c requirements.lock pyproject.toml -o requirements-scale.lock
	$(BIN)/uv pip compile $(LOCK_FLAGS) --group dev --all-extras -c requirements-scale.lock pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile $(LOCK_FLAGS) --group bench -c requirements-dev.lock pyproject.toml -o requirements-bench.lock

clean: ## remove what was built or installed here (never your data)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
