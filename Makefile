# Every target installs what it needs first and is quick where nothing is missing.
#   make up PROFILE=lite            another profile
#   make up ARGS='--set app.replicas=3'   more arguments for the command behind a target
#   make test-kubernetes CONTEXT=kind-mine   a cluster of yours

# commands and tests start many processes: without bytecode, each compiles everything anew
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
PROFILE :=
ARGS :=

.DEFAULT_GOAL := help
.PHONY: help setup doctor up down test test-registry test-kubernetes lint unit prove coverage instrument integration e2e interruptions bench measured pictures fix lock

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { \
	    line = sprintf("  make %-16s", $$1); count = split($$2, words, " "); \
	    for (at = 1; at <= count; at++) { \
	      if (length(line " " words[at]) > 80) { print line; line = sprintf("%23s", "") } \
	      line = line " " words[at] } \
	    print line }' Makefile

setup: ## install what is missing: Python environment, Docker, Compose; start Docker
	@scripts/setup.sh

doctor: ## what stands in the way of a stack on this machine, and how to mend it (PROFILE=…)
	@scripts/setup.sh --no-docker
	@$(BIN)/sdctl doctor $(PROFILE) $(ARGS)

up: setup ## bring the stack up (PROFILE=lite|standard|ha)
	@$(BIN)/sdctl up $(PROFILE) $(ARGS)
	@echo 'The command is at $(BIN)/sdctl. To type only `sdctl`:' >&2
	@echo '  export PATH="$$PWD/$(BIN):$$PATH"' >&2

down: ## remove the stack and everything it made
	@scripts/setup.sh --no-docker
	@$(BIN)/sdctl down $(ARGS)

# Three workers for each core (tests/conftest.py), as many tests wait for what they observe. A worker
# that is through takes tests over from the others.
PARALLEL := -n auto --dist worksteal

define check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/shellcheck --external-sources scripts/*.sh bench/*.sh .ci/run \
	  tests/kubernetes/cluster/*.sh tests/kubernetes/cluster/node/entrypoint.sh
endef

# Servers, real time and a busy machine can make a test fail once. It is run once more, counted, and
# shown with what failed the first time.
ONCE_MORE := --reruns 1

test: ## everything: lint, unit, contract, instrument, integration, e2e
	@scripts/setup.sh --dev
	$(check)
	@# the first side by side; the others measure time, so they run alone. All run, whichever fails
	@set -x; failed=0; \
	  $(BIN)/pytest $(PARALLEL) tests/unit tests/contract tests/integration -m "not sends" $(ONCE_MORE) $(ARGS) || failed=1; \
	  $(BIN)/pytest tests/unit -m sends $(ONCE_MORE) $(ARGS) || failed=1; \
	  $(BIN)/pytest --durations 20 tests/proof tests/instrument tests/e2e tests/kubernetes $(ONCE_MORE) $(ARGS) || failed=1; \
	  exit $$failed

lint: ## ruff, mypy, shellcheck (no Docker)
	@scripts/setup.sh --dev --no-docker
	$(check)

unit: ## unit and contract tests (no Docker)
	@scripts/setup.sh --dev --no-docker
	$(BIN)/pytest $(PARALLEL) --limit-s 2 tests/unit tests/contract -m "not sends" $(ARGS)

prove: ## the long proofs: five times as many examples; the autoscaler beside Kubernetes' own (Go); on real stacks
	@scripts/setup.sh --dev
	$(BIN)/pytest --hypothesis-profile thorough tests/unit tests/contract $(ARGS)
	@tests/proof/podautoscaler/build.sh >/dev/null
	$(BIN)/pytest --prove -m proof tests/proof tests/e2e $(ARGS)

coverage: ## which lines the unit and contract tests do not reach, worst file first (no Docker)
	@scripts/setup.sh --dev --no-docker
	@# the report is there also where a test fails: those that measure time may, as all takes longer
	@$(BIN)/coverage erase; failed=0; \
	  $(BIN)/coverage run -m pytest tests/unit tests/contract $(ARGS) || failed=1; \
	  $(BIN)/coverage combine -q && $(BIN)/coverage report || failed=1; \
	  exit $$failed

instrument: ## what must send real loads: the generator, and the checkers, each taken away once (no Docker)
	@scripts/setup.sh --dev --no-docker
	$(BIN)/pytest tests/instrument $(ARGS)
	$(BIN)/pytest tests/unit -m sends $(ARGS)

integration: ## rendered files checked by the real tools
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/integration $(ARGS)

e2e: ## real stacks: brought up, loaded, broken
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/e2e $(ARGS)

interruptions: ## 60 commands killed at random moments, then up and down (an hour)
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/e2e/test_5_interruptions.py -s --moments 60 --timeout 7200 $(ARGS)

test-registry: ## the same end-to-end suite on the vendors' images, where a registry has them
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/e2e --images registry $(ARGS)

test-kubernetes: ## on a real cluster: CONTEXT=NAME, else kind, else one that is built once (11 minutes)
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/kubernetes --cluster "$(or $(CONTEXT),any)" $(ARGS)

bench: ## the load generator beside hey, wrk, vegeta and Locust (ten minutes, installs them)
	@scripts/setup.sh --no-docker
	@cache=$$(bench/peers.sh) && \
	  $(BIN)/python bench/load_generator.py --cache "$$cache" $(ARGS) && \
	  $(BIN)/python bench/freeze.py --cache "$$cache"

measured: ## write docs/measured.md and the README's figures from real runs (an hour; ARGS=--quick: 15 minutes)
	@scripts/setup.sh
	$(BIN)/python bench/measured.py $(ARGS)

pictures: ## draw the README's pictures from a fault on the running stack
	$(BIN)/python bench/pictures.py $(ARGS)

fix: ## correct what ruff can correct by itself
	@scripts/setup.sh --dev --no-docker
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## renew requirements.lock and the Python image's own from pyproject.toml
	@scripts/lock.sh
