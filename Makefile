# Two commands do everything: `make run` (the demo) and `make test`. `make check` is what a change must also pass.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test torture check lock texts clean

run: $(VENV)/.run
	$(BIN)/jiangfu demo

test: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# Fifty killed workers during three thousand messages, of which `make test` has a short form; some three minutes.
torture: $(VENV)/.test
	$(BIN)/python -m pytest -n 2 tests/torture/test_kills.py tests/leaks/test_canaries.py tests/leaks/test_unlinkable.py --long

check: $(VENV)/.check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.checks.catalogues
	$(BIN)/python -m tests.checks.dependency_audit

# What each level of work needs, from lock files with hashes; the stamp says for which lock it was installed.
$(VENV)/.run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --no-compile --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.lock
	$(PIP) install --no-compile --require-hashes -r requirements-test.lock
	touch $@

$(VENV)/.check: $(VENV)/.test requirements-check.lock
	$(PIP) install --no-compile --require-hashes -r requirements-check.lock
	touch $@

# Choose newer versions: needs uv.
lock:
	uv pip compile -q --universal --generate-hashes --no-header --extra encoder -o requirements.lock pyproject.toml setuptools.in
	uv pip compile -q --universal --generate-hashes --no-header -c requirements.lock --extra encoder --extra test -o requirements-test.lock pyproject.toml
	uv pip compile -q --universal --generate-hashes --no-header -c requirements-test.lock --extra encoder --extra test --extra check -o requirements-check.lock pyproject.toml

clean:
	rm -rf $(VENV) build var .mypy_cache .ruff_cache .pytest_cache
