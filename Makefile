# The commands of this repository; `make` alone lists them. Each is idempotent and sets up what it needs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
JOBS ?= 4
.PHONY: help setup setup-test demo test long gates screenshots format lock rig install uninstall

help:    ## this list
	@sed -n 's/^\([a-z-]*\):.*## */\1	/p' Makefile | expand -t 14

setup:   ## Debian packages and .venv for running
	@tools/setup.sh run

setup-test: ## the same, and what the tests need
	@tools/setup.sh test

demo: setup ## a whole point with simulated hardware, and the address of its wall; Ctrl-C ends it
	@exec .venv/bin/luukku demo $(ARGS)

test: setup-test ## the gates, then every test that needs no special machine
	@tools/gates.sh
	@exec .venv/bin/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

long: setup-test ## the same tests with more seeds, the long ones, planted bugs, mutation of the core
	@HYPOTHESIS_PROFILE=long .venv/bin/python -m pytest -m "" --timeout=3600 $(ARGS)
	@.venv/bin/python -m tests.planted.plant --write docs/proofs/planted-bugs.md
	@.venv/bin/python tools/mutate.py --jobs $(JOBS) --least 95 --write docs/proofs/mutation.md

gates: setup-test ## lint, format, types, layers, vendored files
	@tools/gates.sh

screenshots: setup-test ## new pictures of the real pages in docs/screenshots: look at them
	@exec .venv/bin/python tools/screenshots.py

format: setup-test ## ruff's fixes and format, in place
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

lock:    ## resolve pyproject.toml into the two locks anew (ARGS=--upgrade for the newest)
	@tools/lock.sh $(ARGS)

rig: setup-test ## tests against real kernel drivers, without hardware (ARGS="kernel" or "machine": one tier)
	@exec tools/rig.sh $(ARGS)

install: setup ## the daemon, its units and a first config on this machine (ARGS=--back: the release before)
	@tools/install.sh $(ARGS)

uninstall: ## the daemon off this machine; its data stay (ARGS=--purge: they go too)
	@tools/uninstall.sh $(ARGS)
