# Every target sets up what it needs; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INTEGRATIONS := .venv-integrations
ENGINES := .venv-engines
VCRPY_6 := .venv-vcrpy-6
CONTRACT := .venv-contract
CLIENTS := .venv-clients
BENCH := .venv-bench
BENCH_HTTPX := 0.28.1
FUZZ_SECONDS ?= 600
# Most tests wait for a server half of their time.
WORKERS := $(shell $(PYTHON) -c 'import os; print(2 * (os.cpu_count() or 1))')
FAULTS := tests/faults tests/fuzz tests/load tests/test_recover.py tests/test_secrets.py tests/test_transfers.py tests/test_files_hostile.py tests/test_stream_ends.py
PROSE := README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md docs
REQUIREMENTS := tests/requirements.txt tests/requirements-checks.txt codegen/requirements.txt docs/requirements.txt

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

.PHONY: demo
demo: $(VENV)/demo ## Run models on the embedded sandbox (LIVE=1: on Replicate, with REPLICATE_API_TOKEN)
	@LIVE=$(LIVE) $(BIN)/python examples/demo.py

.PHONY: test
test: $(VENV)/test ## Run the tests, but for the slow ones (about two minutes on two cores)
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

.PHONY: test-slow
test-slow: $(VENV)/all ## Run the slow tests: packaging, type checkers
	$(BIN)/python -m pytest -m slow $(addprefix --ignore=,tests/browser $(FAULTS))

.PHONY: test-faults
test-faults: $(VENV)/test ## Run all tests of faults, hostile input, secrets, large files and load, the slow ones too
	$(BIN)/python -m pytest -n auto $(FAULTS)

.PHONY: reliability
reliability: $(VENV)/test ## Write what every fault does to every operation into docs/reliability-matrix.md
	$(BIN)/python -m tests.faults.report

.PHONY: soak
soak: $(VENV)/test ## Work against the sandbox for half an hour, and look for leaks (SOAK_MINUTES=30)
	$(BIN)/python -m tests.load.soak --minutes $(or $(SOAK_MINUTES),30)

.PHONY: fuzz
fuzz: $(VENV)/fuzz ## Feed hostile input to everything that parses, for ten minutes (FUZZ_SECONDS=60)
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS)

.PHONY: mutants
mutants: $(VENV)/mutants ## Change the pure decisions in some 1,400 ways, and count what the tests notice (WORKERS=2)
	@mkdir -p build
	$(BIN)/python -m tests.mutants --workers $(or $(WORKERS),2)

.PHONY: test-integrations
test-integrations: $(INTEGRATIONS)/test $(VCRPY_6)/test ## Run code of others that depends on replicate against ours
	$(INTEGRATIONS)/bin/python -m pip check
	$(INTEGRATIONS)/bin/python -m pytest -o asyncio_mode=auto -o asyncio_default_fixture_loop_scope=function tests/integrations
	$(VCRPY_6)/bin/python -m pytest tests/integrations/test_http_tools.py

.PHONY: test-engines
test-engines: $(ENGINES)/test ## Run the same function on local clusters of Ray and of Dask
	$(ENGINES)/bin/python -m pytest tests/integrations/test_engines.py

.PHONY: test-contract
test-contract: $(CONTRACT)/test ## Hold the sandbox against openapi.yaml with schemathesis (EXAMPLES=30 SEED=1)
	$(CONTRACT)/bin/python -m tests.contract --examples $(or $(EXAMPLES),30) --seed $(or $(SEED),1)

.PHONY: test-clients
test-clients: $(VENV)/test $(CLIENTS)/installed ## Run the official clients, Python and JavaScript, against the sandbox (needs Node.js)
	$(BIN)/python -m tests.clients

.PHONY: test-browser
test-browser: docs $(VENV)/browser ## Use the sandbox's web page, a notebook and the documentation in a headless Chromium (the system's: apt-get install chromium)
	$(BIN)/python -m pytest tests/browser

.PHONY: screenshots
screenshots: docs $(VENV)/browser ## Take the pictures of the documentation, and pictures of its pages
	$(BIN)/python -m tests.browser.screenshots
	@echo "The pages are in build/screenshots"

.PHONY: test-cog
test-cog: ## Serve predictors of Cog in the sandbox, with Python 3.8's newest Cog and the newest (ON="3.11")
	$(PYTHON) -m tests.cog $(ON)

.PHONY: test-pyodide
test-pyodide: ## Run tests on CPython 3.14 as WebAssembly (needs Node.js)
	$(PYTHON) -m tests.pyodide

.PHONY: record
record: $(VENV)/test ## Record tests/cassettes from the sandbox (LIVE=1: from Replicate, with REPLICATE_API_TOKEN)
	@LIVE=$(LIVE) $(BIN)/python -m tests.record

.PHONY: test-all
test-all: ## Run the tests on every Python from 3.8 to 3.13, with the oldest dependencies, and on PyPy (ON="3.8 3.13")
	$(PYTHON) tests/matrix.py $(ON)

.PHONY: all
all: check-generated lint types test docs ## Everything that must be green

.PHONY: generate
generate: $(VENV)/all ## Write generated/ from openapi.yaml
	$(BIN)/python -m codegen generate

.PHONY: check-generated
check-generated: $(VENV)/all ## Fail if generated/ is not what openapi.yaml gives
	$(BIN)/python -m codegen check

# Through the environment, so that no character of a URL means anything to make or to the shell.
spec: export SPEC := $(value SPEC)
.PHONY: spec
spec: $(VENV)/all ## Replace openapi.yaml by the document at SPEC (URL or file) and regenerate (DROP=NAME)
	@test -n "$$SPEC" || { echo "Say which document: make spec SPEC=https://..." >&2; exit 2; }
	$(BIN)/python -m codegen fetch "$$SPEC" --format $(or $(FORMAT),text) $(if $(DROP),--drop "$(DROP)")
	$(BIN)/python -m codegen generate

.PHONY: lint
lint: $(VENV)/all ## Check style, spelling, prose and workflows, and that imports go down only
	@mkdir -p build
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell $(PROSE) replicate codegen examples benchmarks
	$(BIN)/proselint check --config docs/site/proselint.json $(PROSE)
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	PYTHONPATH=.:generated $(BIN)/lint-imports --no-cache >build/imports.txt || { cat build/imports.txt; exit 1; }

.PHONY: format
format: $(VENV)/all ## Fix style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: types
types: $(VENV)/all ## Check types with mypy and pyright
	$(BIN)/mypy
	$(BIN)/pyright

.PHONY: docs
docs: $(VENV)/all ## Build the documentation into build/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet -f docs/site/mkdocs.yml --site-dir ../../build/docs
	@echo "Open build/docs/index.html, or run: make serve"

.PHONY: serve
serve: docs ## Show the documentation at http://127.0.0.1:8000 (PORT=8000)
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory build/docs $(or $(PORT),8000)

.PHONY: coverage
coverage: $(VENV)/all ## Run the tests and show what they do not reach
	$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered

.PHONY: bench
bench: $(addprefix $(BENCH)/,$(addsuffix /installed,httpx 1.0.7 2.0.0b4 ours plots)) ## Measure every path beside 1.0.7, 2.0.0b4, bare httpx and the standard library (ROUNDS=9)
	$(BENCH)/ours/bin/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps .
	$(BENCH)/plots/bin/python -m benchmarks --rounds $(or $(ROUNDS),9)

.PHONY: bench-quick
bench-quick: $(addprefix $(BENCH)/,$(addsuffix /installed,httpx 1.0.7 ours)) ## The same in short, beside 1.0.7 and bare httpx; writes nothing
	$(BENCH)/ours/bin/python -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps .
	$(PYTHON) -m benchmarks --quick

.PHONY: audit
audit: $(VENV)/all ## Look the dependencies up in the database of known vulnerabilities (needs the Internet)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(BIN)/pip-audit --strict --progress-spinner off .

.PHONY: build
build: $(VENV)/all ## Build wheel and sdist into dist/
	$(BIN)/python -m build

.PHONY: clean
clean: ## Remove everything that the targets made
	rm -rf $(VENV) $(BENCH) $(INTEGRATIONS) $(ENGINES) $(VCRPY_6) $(CONTRACT) $(CLIENTS) .venv-cog .venv-pyodide .venvs build dist demo-output mutants tests/fuzz/crashes .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo: $(BIN)/python pyproject.toml
	@echo "Setting up $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[sandbox]'
	@touch $@

$(VENV)/test: $(BIN)/python pyproject.toml tests/requirements.txt codegen/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[sandbox]' -r tests/requirements.txt -r codegen/requirements.txt
	@touch $@

$(VENV)/all: $(BIN)/python pyproject.toml $(REQUIREMENTS)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[sandbox]' $(addprefix -r ,$(REQUIREMENTS))
	@touch $@ $(VENV)/test $(VENV)/demo

$(VENV)/browser: $(VENV)/test tests/browser/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/browser/requirements.txt
	@touch $@

$(VENV)/mutants: $(VENV)/test tests/requirements-mutants.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements-mutants.txt
	@touch $@

# atheris is a fuzzer in C++: to build it takes clang, so a wheel it is, or nothing.
$(VENV)/fuzz: $(VENV)/test tests/fuzz/requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary atheris -r tests/fuzz/requirements.txt || \
		{ echo "Without network, or without a wheel of atheris for this Python and system, there is no fuzzing."; exit 1; }
	@touch $@

$(ENGINES)/test: pyproject.toml tests/integrations/requirements-engines.txt
	test -x $(ENGINES)/bin/python || $(PYTHON) -m venv $(ENGINES)
	$(ENGINES)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[sandbox]' -r tests/integrations/requirements-engines.txt
	@touch $@

$(INTEGRATIONS)/test: pyproject.toml tests/integrations/requirements.txt
	test -x $(INTEGRATIONS)/bin/python || $(PYTHON) -m venv $(INTEGRATIONS)
	$(INTEGRATIONS)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[sandbox]' -r tests/integrations/requirements.txt
	@touch $@

# Before version 8 vcrpy stands in the place of another function of httpx than since.
$(VCRPY_6)/test: pyproject.toml Makefile
	test -x $(VCRPY_6)/bin/python || $(PYTHON) -m venv $(VCRPY_6)
	$(VCRPY_6)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[sandbox]' pytest 'vcrpy==6.*'
	@touch $@

$(CONTRACT)/test: pyproject.toml tests/contract/requirements.txt
	test -x $(CONTRACT)/bin/python || $(PYTHON) -m venv $(CONTRACT)
	$(CONTRACT)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[sandbox]' -r tests/contract/requirements.txt
	@touch $@

# The same httpx for all: what is compared is what stands on it.
$(BENCH)/httpx/installed: WHAT =
$(BENCH)/1.0.7/installed: WHAT = replicate==1.0.7
$(BENCH)/2.0.0b4/installed: WHAT = replicate==2.0.0b4
$(BENCH)/ours/installed: WHAT = .
$(BENCH)/plots/installed: WHAT = -r benchmarks/requirements.txt
$(BENCH)/%/installed: pyproject.toml benchmarks/requirements.txt
	$(PYTHON) -m venv $(BENCH)/$*
	$(BENCH)/$*/bin/python -m pip install --quiet --disable-pip-version-check httpx==$(BENCH_HTTPX) $(WHAT)
	@touch $@

$(CLIENTS)/installed: Makefile tests/clients/package.json
	for version in 1.0.7 2.0.0b4; do \
		$(PYTHON) -m venv $(CLIENTS)/$$version && \
		$(CLIENTS)/$$version/bin/python -m pip install --quiet --disable-pip-version-check replicate==$$version || exit 1; \
	done
	mkdir -p $(CLIENTS)/node
	cp tests/clients/package.json $(CLIENTS)/node/
	npm install --silent --no-audit --no-fund --prefix $(CLIENTS)/node
	@touch $@
