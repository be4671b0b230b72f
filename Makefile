# The two commands a new user needs: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run demo test lint bench fuzz format clean

run: .venv/run.stamp
	@$(BIN)/python -m lvs serve

demo: .venv/demo.stamp
	@$(BIN)/python -m lvs demo

test: .venv/test.stamp
	$(BIN)/python -m tests.helpers.chromium
	$(BIN)/python -m pytest -n auto --dist worksteal --durations 15

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/test.stamp
	$(BIN)/python -m bench

fuzz: .venv/test.stamp
	$(BIN)/python -m bench.fuzz --seconds $(or $(SECONDS),60)

.venv/run.stamp: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/demo.stamp: requirements.txt requirements-demo.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-demo.txt
	@touch $@ .venv/run.stamp

.venv/test.stamp: requirements.txt requirements-demo.txt requirements-test.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@ .venv/run.stamp .venv/demo.stamp

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
