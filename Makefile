# One command for each habit. `make demo` and `make test` set everything up by themselves.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo run test lint format bench soak screenshots words policy bundle deb nsis msi pkg clean

VENV ?= .venv
PYTHON := $(VENV)/bin/python
# The demo's book and pictures; ignored by git, deleted by `make clean`.
DEMO := demo
# Processes that share the tests, a file to one of them; each waits now and then, so that two cores take three.
WORKERS ?= 3
# Some images turn compiled modules off, and then each process of the program compiles itself anew, three times as long.
unexport PYTHONDONTWRITEBYTECODE
# Further arguments for the command: `make run ARGS="alerts --json"`, `make test ARGS="tests/services -x"`.
ARGS ?=

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1 | \2/' | column -t -s '|' 2>/dev/null \
		|| grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST)

# Windows of the tests and of the pictures open on screens of their own, of any size.
test screenshots: export SCREENS = 1

setup: ## environment from the lock, system libraries (done by the others when it is due)
	@VENV="$(VENV)" packaging/setup.sh

demo: setup ## the sample book: opens the window, or prints the queue and writes pictures
	@mkdir -p $(DEMO)
	$(PYTHON) main.py demo --store $(DEMO)/sample.bellwether $(ARGS)

run: setup ## the program: the window, or a command in ARGS
	$(PYTHON) main.py $(ARGS)

test: setup ## all tests but the soak
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: setup ## style, format, types, import contracts
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: setup ## write the format that lint asks for
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench: setup ## measure, and write docs/benchmarks.md
	$(PYTHON) -m tests.benchmarks $(ARGS)

soak: setup ## the slow tests: long runs that look for leaks and lost updates, and new examples for every law
	BELLWETHER_FRESH_EXAMPLES=1 $(PYTHON) -m pytest -m "soak or hypothesis" $(ARGS)

screenshots: setup ## every page in every state, into docs/screenshots/
	$(PYTHON) -m tests.screenshots $(ARGS)

words: setup ## every text that a person may read, with its place
	@$(PYTHON) -m tests.shown_words

policy: setup ## schema, Group Policy templates, profile and reference of what IT can set
	$(PYTHON) packaging/policy_files.py $(ARGS)

bundle: setup ## the program with all it needs in one folder, tested, into dist/
	VENV="$(VENV)" packaging/bundle.sh

deb: ## a Debian package of the bundle, into dist/
	VENV="$(VENV)" packaging/deb.sh

nsis: ## the installer for Windows, of a bundle built there (PAYLOAD, default dist/bellwether)
	VENV="$(VENV)" packaging/windows/installers.sh nsis $(PAYLOAD)

msi: ## the same for Windows Installer
	VENV="$(VENV)" packaging/windows/installers.sh msi $(PAYLOAD)

pkg: ## the package for macOS, of the bundle; on a Mac only
	packaging/macos/package.sh

clean: ## what was built here, the environment excepted
	rm -rf build dist $(DEMO) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
