# Opentrace. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help up test check bench format lock env-example clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(VENV)/.runtime ## Run Opentrace on http://localhost:8000 (ARGS="--port 9000" for more)
	@exec $(BIN)/opentrace up $(ARGS)

test: $(VENV)/.dev ## Run all tests (ARGS="-k name" for some)
	$(BIN)/pytest $(ARGS)

check: $(VENV)/.dev ## Check format, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/python -m opentrace.entrypoints.env_example --check

bench: $(VENV)/.dev ## Run the benchmarks on a folder of evaluation data: make bench DATA=FOLDER
	@test -n "$(DATA)" || { echo "Say where the data is: make bench DATA=FOLDER (see docs/benchmarks.md)"; exit 2; }
	$(BIN)/python -m benchmarks.ingest --data "$(DATA)/sec10q/pdfs" --json benchmarks/results/ingest.json
	$(BIN)/python -m benchmarks.answers --data "$(DATA)/sec10q/pdfs" --json benchmarks/results/answers.json
	$(BIN)/python -m benchmarks.corpus --data "$(DATA)/parser_corpus" --json benchmarks/results/corpus.json
	$(BIN)/python -m benchmarks.retrieval --data "$(DATA)/scifact" --json benchmarks/results/retrieval.json

format: $(VENV)/.dev ## Format the code and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

env-example: $(VENV)/.runtime ## Write .env.example from the settings
	$(BIN)/python -m opentrace.entrypoints.env_example

lock: $(VENV)/.uv ## Lock the newest versions that pyproject.toml admits
	for group in runtime dev; do $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
	  --no-emit-index-url --no-header --group $$group pyproject.toml --output-file requirements/$$group.txt || exit 1; done

clean: ## Remove everything that make made; documents and accounts (the data folder) stay
	rm -rf $(VENV) dist build .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "Opentrace needs Python 3.11, 3.12 or 3.13; this is %d.%d. Name one with: make PYTHON=python3.12 …" % sys.version_info[:2])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

# The locks are complete, so nothing is resolved: what is listed is installed, and no more.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml $(VENV)/.uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/runtime.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/dev.txt
	@touch $@
