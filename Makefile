# Two commands matter: `make serve` and `make test`. The others are for people who change okno.
.PHONY: install serve dev check test test-tools soak bench protocol schema reference screenshots lock format clean
PY = .venv/bin/python
N ?=
NAME ?=

install:
	@tools/bootstrap

serve: install
	@.venv/bin/okno serve

dev: install
	@$(PY) tools/dev.py

check: install
	@$(PY) tools/check.py

test: install test-tools
	@$(PY) tools/run_tests.py

test-tools: install
	@$(PY) tools/test_tools.py

soak: install test-tools
	@OKNO_SOAK=1 OKNO_SOAK_N=$(N) $(PY) -m pytest tests/chaos tests/http/test_fuzz.py tests/simulate tests/telephony -q -s --timeout=0
	@OKNO_SOAK=1 OKNO_SOAK_N=$(N) $(PY) -m pytest tests/e2e/test_bad_links.py -q -s

bench: install
	@$(PY) -m bench $(NAME)

protocol:
	@PYTHONPATH=src:. $(PY) tools/protocol_types.py
	@PYTHONPATH=src:. $(PY) -m tests.conversations.vectors

schema:
	@PYTHONPATH=src:. $(PY) tools/schema.py

reference:
	@PYTHONPATH=src:. $(PY) tools/reference.py

screenshots: install test-tools
	@PYTHONPATH=src:. $(PY) tools/screenshots.py

format:
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

lock:
	@uv=$$(command -v uv || echo .tools/bin/uv); $$uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	  --python-version 3.11 --group dev pyproject.toml -o requirements.lock
	@cd web && npm install --package-lock-only --no-audit --no-fund
	@$(PY) tools/clean_lock.py

clean:
	@rm -rf .venv .tools src/okno/http/static web/node_modules web/*/dist
