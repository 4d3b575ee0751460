# Everything is set up in .venv by itself; PYTHON chooses the interpreter (3.11 to 3.13).
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
YOUNG := $(wildcard $(addprefix tests/,keras examples browser))
QUICK := $(filter-out $(YOUNG) $(wildcard tests/cases tests/golden tests/snippets tests/*.py tests/__pycache__),$(wildcard tests/*)) $(wildcard tests/test_*.py)
export PENSTOCK_CACHE ?= $(CURDIR)/$(VENV)/xla-cache

.PHONY: test test-more test-long lint types demo bench clean

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -e ".[dev]"
	touch $@

test: $(VENV)/ready lint  ## the quick suite
	$(BIN)/python -m pytest -n $(WORKERS) -m "not long and not reference" $(QUICK)

test-more: $(VENV)/ready  ## Keras, the examples, the browser
	$(BIN)/python -m pytest -n $(WORKERS) -m "not long and not reference" $(YOUNG)

test-long: $(VENV)/ready  ## the tests that take minutes
	$(BIN)/python -m pytest -n $(WORKERS) -m "long and not reference" tests

lint: $(VENV)/ready types  ## style, layout and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .

types: $(VENV)/ready  ## types alone
	$(BIN)/mypy src/penstock

demo: $(VENV)/ready  ## train Deep MNIST
	$(BIN)/python examples/demo.py

bench: $(VENV)/ready  ## Penstock beside TensorFlow, PyTorch and JAX, in one run
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) build dist src/*.egg-info
