# Everything a newcomer needs: `make demo` and `make test`. ARGS goes to the command (make demo ARGS=--no-serve).
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
EXTRAS ?= dev

.PHONY: demo test lint quality replay finding clean

demo: $(VENV)/.ready
	$(VENV)/bin/nianbao demo $(ARGS)

test: $(VENV)/.ready-dev
	$(VENV)/bin/pytest $(ARGS)

lint: $(VENV)/.ready-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

# The reading, judged on generated documents (rendered by real programs where they are here) and on real ones.
quality: $(VENV)/.ready-dev
	$(VENV)/bin/python -m benchmarks.quality --check

# pywb, which tests/test_replay.py lets replay the evidence: a program of its own, with versions of its own.
replay: .venv-replay/.ready

.venv-replay/.ready:
	$(PYTHON) -m venv .venv-replay
	.venv-replay/bin/python -m pip install --quiet --disable-pip-version-check 'pywb>=2.10,<2.11'
	touch $@

# The crawler, judged on imitated county sites: a new year, edits and disappearances in the second round.
finding: $(VENV)/.ready-dev
	$(VENV)/bin/python -m benchmarks.crawl --scale 0.1 --rounds 2

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nianbao 需要 Python 3.11 或更新的版本；请用 make PYTHON=python3.12 指定。")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[$(EXTRAS)]'
	touch $@

clean:
	rm -rf $(VENV) .venv-replay demo
