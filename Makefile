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

help:
	@awk -F ':.*## ' '/^## / { print substr($$0, 4) ":" } \
	    /^[a-z0-9-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

## To use it

setup: ## install what is missing: Python packages, Docker, Compose
	@scripts/setup.sh

doctor: ## what is in the way on this machine, and how to mend it
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

test: ## lint and all tests, also on real stacks
	@scripts/setup.sh --dev
	$(check)
	@# the first side by side; the others measure time, so they run alone. All run, whichever fails
	@set -x; failed=0; \
	  $(BIN)/pytest $(PARALLEL) tests/unit tests/contract tests/integration -m "not sends" $(ONCE_MORE) $(ARGS) || failed=1; \
	  $(BIN)/pytest tests/unit -m sends $(ONCE_MORE) $(ARGS) || failed=1; \
	  $(BIN)/pytest --durations 20 tests/proof tests/instrument tests/e2e tests/kubernetes $(ONCE_MORE) $(ARGS) || failed=1; \
	  exit $$failed

## To change it

lint: ## ruff, mypy, shellcheck (no Docker)
	@scripts/setup.sh --dev --no-docker
	$(check)

unit: ## unit and contract tests (no Docker)
	@scripts/setup.sh --dev --no-docker
	$(BIN)/pytest $(PARALLEL) --limit-s 2 tests/unit tests/contract -m "not sends" $(ARGS)

prove: ## long proofs: more examples, Kubernetes' own autoscaler
	@scripts/setup.sh --dev
	$(BIN)/pytest --hypothesis-profile thorough tests/unit tests/contract $(ARGS)
	@tests/proof/podautoscaler/build.sh >/dev/null
	$(BIN)/pytest --prove -m proof tests/proof tests/e2e tests/integration $(ARGS)

coverage: ## lines that unit and contract tests miss (no Docker)
	@scripts/setup.sh --dev --no-docker
	@# the report is there also where a test fails: those that measure time may, as all takes longer
	@$(BIN)/coverage erase; failed=0; \
	  $(BIN)/coverage run -m pytest tests/unit tests/contract $(ARGS) || failed=1; \
	  $(BIN)/coverage combine -q && $(BIN)/coverage report || failed=1; \
	  exit $$failed

instrument: ## what must send real loads, and the checkers (no Docker)
	@scripts/setup.sh --dev --no-docker
	$(BIN)/pytest tests/instrument $(ARGS)
	$(BIN)/pytest tests/unit -m sends $(ARGS)

integration: ## rendered files checked by the real tools
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/integration $(ARGS)

e2e: ## real stacks: brought up, loaded, broken
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/e2e $(ARGS)

interruptions: ## 60 commands killed at random moments (an hour)
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/e2e/test_5_interruptions.py -s --moments 60 --timeout 7200 $(ARGS)

test-registry: ## the end-to-end tests on the vendors' images
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/e2e --images registry $(ARGS)

test-kubernetes: ## the tests on a real cluster (CONTEXT=NAME)
	@scripts/setup.sh --dev
	$(BIN)/pytest tests/kubernetes --cluster "$(or $(CONTEXT),any)" $(ARGS)

bench: ## the generator beside hey, wrk, vegeta, Locust (10 min)
	@scripts/setup.sh --no-docker
	@cache=$$(bench/peers.sh) && \
	  $(BIN)/python bench/load_generator.py --cache "$$cache" $(ARGS) && \
	  $(BIN)/python bench/freeze.py --cache "$$cache"

measured: ## docs/measured.md from real runs (an hour; ARGS=--quick)
	@scripts/setup.sh
	$(BIN)/python bench/measured.py $(ARGS)

pictures: ## draw the README's pictures from a fault on the stack
	$(BIN)/python bench/pictures.py $(ARGS)

fix: ## correct what ruff can correct by itself
	@scripts/setup.sh --dev --no-docker
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## renew requirements.lock and the Python image's own
	@scripts/lock.sh
