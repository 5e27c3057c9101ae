# sz_assets: everything happens in this folder's own .venv; only Python 3.11+ with venv is needed.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
UV := UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy $(BIN)/uv pip install --quiet --python $(BIN)/python
# Compiled modules halve the start-up; some environments forbid writing them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-all clients check style types layers sql definitions ui bench pictures lock clean

run: .venv/runtime  ## Crawl the embedded platform, build everything, say where the report is
	$(BIN)/sz-assets run

ui: .venv/runtime  ## The same graph in Dagster
	$(BIN)/sz-assets ui

test: .venv/development  ## For everyone, under five minutes
	$(BIN)/pytest -q -m "not slow" -n auto --dist loadfile --no-loadscope-reorder

CLIENTS := duckdb-1-4 duckdb-1-5 harlequin superset

test-all: .venv/development clients  ## The slow tests: browsers, whole commands, kills, real clients (needs Chromium, nginx, LibreOffice, npm)
	$(BIN)/pytest -q -m slow -n 2 --dist loadfile --no-loadscope-reorder

clients: .venv-label-studio/installed $(CLIENTS:%=.venv-clients/%/installed) .venv-clients/axe/installed  ## Programs of other people that the slow tests use

check: style types layers sql definitions  ## Style, types, layers, SQL, definitions (make -j2 -O does two at a time)

style: .venv/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/development
	$(BIN)/mypy

layers: .venv/development
	$(BIN)/lint-imports

sql: .venv/development
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models dbt_project/tests

definitions: .venv/development
	$(BIN)/dagster definitions validate -w workspace.yaml --log-level warning

pictures: .venv/development  ## Make the pictures of the README again (needs Chromium)
	$(BIN)/python sz_assets_tests/ui/ui_pictures.py docs/pictures

# make bench SECTIONS="month charts" measures some sections alone.
bench: .venv/bench  ## Measure, print figures with their ratios, write docs/performance.md
	$(BIN)/python -m benchmarks $(SECTIONS)

lock:  ## Renew the locks (versions and hashes) from pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate \
		--no-header --upgrade pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate \
		--no-header -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate \
		--no-header -c requirements-dev.lock --group bench pyproject.toml -o requirements-bench.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate \
		--no-header --upgrade --group label-studio -o requirements-label-studio.lock
	for client in $(CLIENTS); do $(BIN)/uv pip compile -q --universal --generate-hashes \
		--no-emit-index-url --no-annotate --no-header --upgrade --group client-$$client \
		-o sz_assets_tests/clients/$$client.lock; done

clean:  ## Remove what make made, but not the data
	rm -rf .venv .venv-clients .venv-label-studio build *.egg-info dbt_project/target sz_assets/charts/_made_once

.venv/uv:
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11)' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
	@touch $@

.venv/runtime: .venv/uv requirements.lock pyproject.toml
	@echo "Installing what sz_assets needs (a few minutes the first time) ..."
	$(UV) --require-hashes -r requirements.lock
	$(UV) --no-deps --editable .
	$(BIN)/python -m compileall -q sz_assets
	$(BIN)/python -c "from sz_assets.defs.dbt_docs import dbt_page; dbt_page()"
	@touch $@

.venv/development: .venv/runtime requirements-dev.lock
	$(UV) --require-hashes -r requirements-dev.lock
	@touch $@

.venv/bench: .venv/development requirements-bench.lock
	$(UV) --require-hashes -r requirements-bench.lock
	@touch $@

.venv-label-studio/installed: .venv/uv requirements-label-studio.lock
	@echo "Installing Label Studio for the slow tests (a few minutes the first time) ..."
	$(PYTHON) -m venv .venv-label-studio
	UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy $(BIN)/uv pip install --quiet \
		--python .venv-label-studio/bin/python --require-hashes -r requirements-label-studio.lock
	@touch $@

.venv-clients/%/installed: .venv/uv sz_assets_tests/clients/%.lock
	@echo "Installing the client $* for the slow tests ..."
	$(PYTHON) -m venv .venv-clients/$*
	UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy $(BIN)/uv pip install --quiet \
		--python .venv-clients/$*/bin/python --require-hashes -r sz_assets_tests/clients/$*.lock
	@touch $@

.venv-clients/axe/installed: sz_assets_tests/clients/axe/package-lock.json
	mkdir -p .venv-clients/axe && cp sz_assets_tests/clients/axe/package*.json .venv-clients/axe/
	npm ci --silent --ignore-scripts --prefix .venv-clients/axe
	@touch $@
