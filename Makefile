# Everything a user or a contributor runs. `make` lists the targets.
# Each works as the only command on a machine that has python3.11, g++, make and perl.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

MODEL   ?= digits_mlp
FABRIC  ?= small
VECTORS ?=
SEED    ?=
ARGS    ?=
PYTHON  ?= $(shell for p in python3.11 /usr/bin/python3.11 python3; do \
             $$p -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
             echo $$p && exit; done)
VENV    ?= .venv
BIN     := $(VENV)/bin

# A stamp says what is installed; its name changes with what the installation is made from.
KEY     := $(firstword $(shell cat pyproject.toml CMakeLists.txt | cksum))
PIP     := $(BIN)/python -m pip install --disable-pip-version-check
SAY     := @printf '\033[1m==> %s\033[0m\n'
CSTYLE  := $(wildcard $(foreach d,runtime hls cosim tests,$(addprefix $(d)/,\
             *.[ch] */*.[ch] */*/*.[ch] *.[ch]pp */*.[ch]pp */*/*.[ch]pp)))
RUNTIME := $(wildcard $(addprefix runtime/,include/*/*.h src/*.[ch] src/*/*.[ch]))

.PHONY: help verify test lint gen bench nightly runtime clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo '  Variables of verify: MODEL=$(MODEL) FABRIC=$(FABRIC) VECTORS= SEED= ARGS="further options"'

verify: $(VENV)/run-$(KEY) runtime ## Compile, build, simulate and sign off MODEL on FABRIC
	$(BIN)/tercet verify $(MODEL) --fabric $(FABRIC) \
	  $(if $(VECTORS),--vectors $(VECTORS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

test: $(VENV)/dev-$(KEY) runtime ## Every test: unit, then the regression in simulation
	$(BIN)/python -m pytest tests $(ARGS)
	$(BIN)/python -m pytest cosim $(ARGS)

lint: $(VENV)/dev-$(KEY) ## Layout, style and types of Python, C, C++ and SystemVerilog
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run -Werror $(CSTYLE)
	$(BIN)/python -m tercet_cosim.lint

gen: $(VENV)/dev-$(KEY) ## Write every generated file anew; `git diff` stays empty
	$(BIN)/python -m tercet.gen

bench: $(VENV)/dev-$(KEY) runtime ## Print the figures of benchmarks/
	$(BIN)/python -m benchmarks $(ARGS)

nightly: $(VENV)/dev-$(KEY) runtime ## The long regression: every model, every fabric, more vectors
	$(BIN)/python -m pytest tests
	$(BIN)/python -m pytest cosim -n 2 --vectors 1000 $(ARGS)

runtime: $(VENV)/runtime ## Rebuild libtercet if runtime/ changed

clean: ## Remove what was built, but not the environment
	rm -rf build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# -- the environment ----------------------------------------------------------------------------
$(VENV)/bin/python:
	$(SAY) "Making $(VENV) with $(PYTHON)"
	@test -n "$(PYTHON)" || { echo "Tercet needs Python 3.11 with its venv module (Debian: apt" \
	  "install python3.11-venv); if it is elsewhere: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) pip==26.3

# torch first and alone: the exact version is the only one that every index resolves alike.
$(VENV)/run-$(KEY): | $(VENV)/bin/python
	$(SAY) "Installing torch (the largest; some minutes on a slow line)"
	$(PIP) torch==2.13.0
	$(SAY) "Installing the tools that build and simulate"
	$(PIP) --group build
	$(SAY) "Installing tercet and what it runs on"
	$(PIP) --no-build-isolation --editable '.[sim,zoo]'
	@touch $@ && touch $(VENV)/runtime

$(VENV)/dev-$(KEY): $(VENV)/run-$(KEY)
	$(SAY) "Installing what the tests need"
	$(PIP) --group dev
	@touch $@

$(VENV)/runtime: $(VENV)/run-$(KEY) $(RUNTIME)
	$(SAY) "Building libtercet"
	$(PIP) --quiet --no-deps --no-build-isolation --editable .
	@touch $@
