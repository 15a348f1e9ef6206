# Every target does its own set-up. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DELETE_ON_ERROR:
.ONESHELL:
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
LOCKED := .venv/.locked
READY := .venv/.ready
SAM_LOCKED := .venv-sam/.locked
TOOLS := tests/openapi
NODE_LOCKED := $(TOOLS)/node_modules/.locked
PAGES := infra/pages
PAGES_LOCKED := $(PAGES)/node_modules/.locked
VERIFY := infra/verify_draw
VERIFY_LOCKED := $(VERIFY)/node_modules/.locked
BROWSER_LOCKED := .venv-browser/.locked
SOURCES := functions infra tests
JOBS ?= 2
# Those that share both processors, the longest first (no reorder: xdist would begin with the files of most tests);
# searches of tests/model take both by themselves.
QUICK := $(addprefix tests/,unit store template engine)
SUITES := $(addprefix tests/,simulation rehearsal season machine concurrency faults unit store api template engine)

# Settings of the machine that would install elsewhere, install something else, or import something
# else. Mirrors and certificates (pip.conf, PIP_INDEX_URL, PIP_CERT) stay: the hashes decide.
unexport PYTHONHOME PYTHONPATH PIP_CONSTRAINT PIP_FIND_LINKS PIP_NO_BINARY PIP_PREFIX \
  PIP_REQUIREMENT PIP_REQUIRE_VIRTUALENV PIP_ROOT PIP_TARGET PIP_USER
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The tools that read the template only want some region to be named.
export AWS_DEFAULT_REGION ?= cn-north-1
export SAM_CLI_TELEMETRY := 0

.PHONY: help run check test nightly spin contract pages browser shots chromium node e2e faults events costs bench bench-cpu mutants one invoke lint template build format openapi lock clean

help: ## list the targets
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 18

run: $(READY) ## the whole stack on http://127.0.0.1:8080; PORT= another, FRESH=1 starts anew
	@exec $(BIN)/python -m infra.local

check: lint $(READY) ## lint, types, and the tests that take a minute
	@echo "== quick tests"
	exec $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(QUICK)

test: lint template spin $(READY) ## lint, types, the template and all tests but e2e: under six minutes
	@echo "== tests"
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(SUITES)
	@echo "== the models of claims and slots"
	exec $(BIN)/python -m pytest tests/model

# The model checker of tests/model and the compiler it needs. A container's root gets them here; anybody else is told.
spin:
	@missing=$$(echo $$(command -v spin >/dev/null || echo spin; command -v cc >/dev/null || echo gcc libc6-dev))
	if [[ -z $$missing ]]; then exit; fi
	if [[ $$(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
	  echo "The models are checked with spin and a C compiler; missing: $$missing." \
	    "On Debian and Ubuntu: apt install $$missing. On macOS: brew install spin" >&2
	  exit 1
	fi
	$(call apt,$$missing)

nightly: $(READY) ## a season of 3,000 people, 100,000 seeds of the simulation, slots in wider scopes
	@SEASON_PEOPLE=3000 $(BIN)/python -m pytest -n $(JOBS) tests/season/test_season.py
	@$(BIN)/couponctl play infra/seasons/night-2020.yaml --people 3000
	@$(BIN)/python -m tests.simulation.run 100000 --jobs $(JOBS)
	@$(BIN)/python -m tests.rehearsal.agreement
	@SLOT_SCOPES=all $(BIN)/python -m pytest tests/model/test_slot_protocol.py
	@SLOT_ATTEMPTS=12000 $(BIN)/python -m pytest -s tests/concurrency/test_slots.py

e2e: $(READY) ## drive a running stack over HTTP: claim, redeem, expire; and fuzz one by its OpenAPI document
	@echo "== end to end"
	exec $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder tests/e2e tests/fuzz

contract: $(READY) $(NODE_LOCKED) $(VERIFY_LOCKED) ## a lottery's second verifier; the OpenAPI document in redocly and a typed TypeScript app
	@echo "== two verifiers of a lottery"
	$(BIN)/python -m pytest tests/second_verifier
	echo "== the OpenAPI document in others' tools"
	cd $(TOOLS)
	export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_NOTIFICATIONS=true
	document=../../functions/coupons/openapi.json
	npx --no redocly lint $$document
	npx --no openapi-typescript $$document --default-non-nullable=false --output generated.ts
	npx --no tsc
	echo "openapi.json: redocly, openapi-typescript and tsc found no fault"

pages: $(PAGES_LOCKED) ## check and build the web pages into infra/pages/built, which is committed
	@echo "== pages"
	cd $(PAGES)
	export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_NOTIFICATIONS=true
	npx --no openapi-typescript ../../functions/coupons/openapi.json --default-non-nullable=false \
	  --output shared/contract.d.ts
	npx --no tsc
	npx --no -- tsc --project worker
	node check.mjs
	node build.mjs

browser: $(READY) $(BROWSER_LOCKED) $(PAGES_LOCKED) chromium ## the web pages in a real browser
	@echo "== pages in a browser"
	exec $(BIN)/python -m pytest -n $(JOBS) --dist worksteal tests/browser

shots: $(READY) $(BROWSER_LOCKED) $(PAGES_LOCKED) chromium ## pictures of every screen in .local/shots, to look at; APPS= LOOKS= some
	@exec $(BIN)/python -m tests.browser.shots $(APPS)

# The browser and Chinese letters for `browser` and `shots`. A container's root gets them here; anybody else is told.
# The whole Chromium does too, in twice the time.
chromium:
	@if command -v chromium-headless-shell >/dev/null; then exit; fi
	if [[ $$(id -u) -eq 0 ]] && command -v apt-get >/dev/null && ( $(call apt,chromium-headless-shell fonts-noto-cjk) ); then
	  exit
	fi
	command -v chromium >/dev/null || {
	  echo "The pages are tested in Chromium. On Debian: apt install chromium-headless-shell fonts-noto-cjk" >&2
	  exit 1
	}

# Node.js for `contract`, `pages`, `browser` and `shots`. A container's root gets it here; anybody else is told.
node:
	@usable() { node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
	    2>/dev/null && command -v npm >/dev/null; }
	if usable; then exit; fi
	if ! command -v node >/dev/null && [[ $$(id -u) -eq 0 ]] && command -v apt-get >/dev/null; then
	  $(call apt,nodejs npm)
	fi
	usable || {
	  echo "Node.js 20.19 or newer with npm is needed for make contract, make pages and make browser; node is $$(node --version 2>/dev/null || echo missing)," \
	    "npm is $$(npm --version 2>/dev/null || echo missing). On Debian and Ubuntu: apt install nodejs npm." \
	    "On macOS: brew install node" >&2
	  exit 1
	}

faults: $(READY) ## a thousand faults between the handlers and the store, byte by byte, and what the tables say then; ALL=1 all ways
	@exec $(BIN)/python -m tests.faults.run $(if $(ALL),--all)

events: $(READY) ## print what a running stack announces, as a subscriber would; PORT= as for run
	@exec $(BIN)/python -m infra.subscriber

costs: $(READY) ## units of each operation, counted by bytes as DynamoDB does, and dollars
	@$(BIN)/python -m infra.costs

mutants: $(READY) ## void each clause of the stores' conditions: a test must fail; ALL=1 guards and borders too, MODULES=
	@exec $(BIN)/python -m tests.mutants --jobs $(JOBS) $(if $(ALL),--all) $(MODULES)

bench: $(READY) ## four ways to claim, side by side: units, exactness, pace; PACKS= fewer, ENGINE=dynamodb-local
	@$(BIN)/python -m infra.bench

bench-cpu: $(READY) ## CPU of warm requests and cold starts against bare boto3, by part; the package's size; ROUNDS=, ONLY=warm
	@$(BIN)/python -m infra.bench.cpu

lint: $(READY) ## ruff and mypy
	@echo "== lint and types"
	$(BIN)/ruff check --quiet $(SOURCES)
	$(BIN)/ruff format --quiet --check $(SOURCES)
	$(BIN)/mypy

template: $(READY) $(SAM_LOCKED) ## cfn-lint and sam validate --lint
	@echo "== template"
	$(BIN)/cfn-lint template.yaml
	.venv-sam/bin/sam validate --lint --template-file template.yaml

build: $(SAM_LOCKED) ## what sam deploy takes, in .aws-sam/build; needs python3.13, the functions' own
	@command -v python3.13 >/dev/null || { echo "python3.13 is needed to build for Lambda" >&2; exit 1; }
	.venv-sam/bin/sam build --template-file template.yaml
	python3.13 infra/trim.py .aws-sam/build/*/

format: $(READY) ## rewrite the sources as ruff has them
	@$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

one: $(READY) ## run TEST="tests/unit/test_money.py -k add_up": a test, a file or a folder, with any option of pytest
	@[[ -n "$(TEST)" ]] || { echo 'Which test? For example: make one TEST="tests/unit/test_money.py -k add_up"' >&2; exit 1; }
	exec $(BIN)/python -m pytest $(TEST)

invoke: $(READY) ## send EVENT=tests/events/put-claim.json to its handler, under moto; AT= the time, SEASON= another
	@$(BIN)/python -m tests.invoke $(EVENT) $(if $(AT),--at $(AT)) $(if $(SEASON),--season $(SEASON))

openapi: $(READY) ## write functions/coupons/openapi.json, its examples, the events' schemas and the seasons' reference from the code
	@$(BIN)/python -m tests.api.example_season >/dev/null
	$(BIN)/python -m infra.openapi
	$(BIN)/python -m infra.events
	$(BIN)/python -m infra.seasons
	$(BIN)/python -m infra.pages.refusals

# Newest versions that pyproject.toml allows: make lock UPGRADE=--upgrade
lock: $(READY) ## resolve pyproject.toml into the four requirements files
	@compile() { $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links \
	  --custom-compile-command "make lock" $(UPGRADE) "$$@"; }
	unset UV_FIND_LINKS UV_CONSTRAINT UV_OVERRIDE UV_EXCLUDE_NEWER
	compile pyproject.toml --extra couponctl --extra rehearse --group dev -o requirements.txt
	compile pyproject.toml --constraint requirements.txt -o functions/requirements.txt
	compile --group sam -o requirements-sam.txt
	compile --group browser -o requirements-browser.txt

clean: ## remove everything that was made here, the local stack's data too
	@rm -rf .venv .venv-sam .venv-browser $(TOOLS)/node_modules $(TOOLS)/generated.ts $(PAGES)/node_modules $(PAGES)/shared/contract.d.ts $(VERIFY)/node_modules .local .mutants .aws-sam dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# $(call apt,PACKAGES): packages of Debian, for a container's root.
define apt
echo "Installing $(1) (once) …" >&2
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1) >/dev/null
endef

# $(call install,VENV): the venv that the lock $< describes.
# A Debian without python3-venv makes half a venv and only then complains, so ask before. The locks are
# complete, hence --no-deps: pip need not resolve again, and pip 23.2 trips over the extras of boto3
# among the SAM tools' dependencies. Bytecode, made on all cores afterwards, is only a saving: its exit
# code is ignored.
define install
$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null || {
  echo "Python 3.11 to 3.14 is needed; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo missing)." \
    "Name another one: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 1; }
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || {
  echo "$(PYTHON) lacks venv or ensurepip. On Debian and Ubuntu: apt install python3-venv" >&2
  exit 1; }
packages=$$(grep -c '^[a-z0-9].*==' $<)
echo "Setting up $(1), once; it takes about a minute, on a slow line or machine a few." >&2
echo "  1 of 3: an empty environment" >&2
$(PYTHON) -m venv --clear $(1)
echo "  2 of 3: $$packages packages, downloaded and installed" >&2
if ! $(1)/bin/pip install --no-compile --require-hashes --no-deps --requirement $< \
    2>$(1)/pip.log | $(call counted,$$packages); then
  cat $(1)/pip.log >&2
  exit 1
fi
echo "  3 of 3: their bytecode" >&2
$(1)/bin/python -m compileall -qq -j 0 $(1)/lib || true
endef

# $(call counted,N): what pip says, as a line that counts to N on a terminal, and nothing in a log.
define counted
if [[ -t 2 ]]; then
  awk -v all=$(1) '
    /^(Collecting|Processing) / { sub(".*/", "", $$2); printf "\r          downloaded %3d of %d: %-40.40s", ++n, all, $$2 }
    /^Installing/ { printf "\r          installing them … %-40s", "" }
    END { printf "\r%-79s\r", "" }' >&2
else
  cat >/dev/null
fi
endef

# A stamp is a copy of the lock that was installed, so a lock that was only touched costs nothing.
$(LOCKED): requirements.txt
$(SAM_LOCKED): requirements-sam.txt
$(BROWSER_LOCKED): requirements-browser.txt
$(LOCKED) $(SAM_LOCKED) $(BROWSER_LOCKED):
	@if ! cmp -s $< $@; then
	  $(call install,$(@D))
	fi
	cp $< $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --no-index --editable .
	touch $@

%/node_modules/.locked: %/package-lock.json %/package.json %/.npmrc | node
	@if ! cmp -s $< $@; then
	  echo "Setting up $*/node_modules (once, a few seconds) …" >&2
	  npm --prefix $* ci --loglevel=error >/dev/null
	fi
	cp $< $@
