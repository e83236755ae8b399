# Footloop. `make help` lists what there is.

PYTHON ?= python3
PY := .venv/bin/python
LOCK_UV := build/lock/bin/uv
LOCK := pip compile pyproject.toml --group build --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --custom-compile-command "make lock" --quiet

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test campaign check prove mutate format firmware timing lock generate clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## set this machine up to run Footloop
	@$(PYTHON) bootstrap.py run

setup-dev: ## set this machine up to test Footloop too
	@$(PYTHON) bootstrap.py dev

run: setup ## start the simulated roller with its panel; PORT=8123 takes another port
	@.venv/bin/footloop-sim run $(if $(PORT),--port '$(PORT)')

test: setup-dev ## run all the tests; the pure modules must be covered in full
	$(PY) -m pytest -n auto -m "not long" --cov --cov-report=term
	$(PY) -m pytest -n auto -m "long and not campaign"

campaign: setup-dev ## run what is too long for every day: ten thousand flipped bits
	$(PY) -m pytest -n auto -m campaign

check: setup-dev ## check format, lint, types and import contracts
	$(PY) -m ruff format --check
	$(PY) -m ruff check
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo

format: setup-dev ## put the source in form and mend what can be mended
	$(PY) -m ruff format
	$(PY) -m ruff check --fix

firmware: setup-dev ## build the microcontroller's program into build/firmware
	@$(MAKE) --no-print-directory -C firmware_bridge/firmware

timing: setup-dev ## measure in cycles how soon the firmware cuts; docs/firmware-timing.md
	$(PY) -m tests.timing_page

lock: setup ## resolve the requirement files again; UPGRADE=--upgrade takes newer releases
	$(PY) -m venv build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check uv
	$(LOCK_UV) $(LOCK) $(UPGRADE) --output-file requirements.txt
	$(LOCK_UV) $(LOCK) $(UPGRADE) --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt

generate: ## make again what is made from tables: the wire's header and module, the limits' header
	$(PYTHON) -m firmware_bridge.generate
	$(PYTHON) -m controller.firmware_limits

prove: setup-dev ## prove the firmware's C, for an int of 16 bits and of 32; needs cbmc and gcc-avr
	$(PY) -m firmware_bridge.prove

mutate: setup-dev ## change the firmware's rules in one place at a time; tests or proofs must notice
	$(PY) -m tests.mutate_firmware

clean: ## remove what builds and tests made; .venv stays
	rm -rf build dist .coverage .coverage.* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
