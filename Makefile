# Everything that is done with the hub from the command line. `make` alone lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
PYTHON_BIN := $(VENV)/bin/python
export PORT ?= 8000
# Without compiled bytecode each start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE
BENCH_NODES ?= 1
LANGUAGES := ar es fr
COMPILE := uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header

.PHONY: help
help: ## List what make can do
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Installed once; again only when a lock file has changed.
$(VENV)/.stamp-run: requirements.txt requirements/installer.txt
	@scripts/install.sh run

$(VENV)/.stamp-dev: requirements-dev.txt requirements.txt requirements/installer.txt
	@scripts/install.sh dev

.PHONY: demo
demo: $(VENV)/.stamp-run ## Run the hub with demo content on 127.0.0.1:$PORT (default 8000), no service needed
	@exec scripts/demo.sh

.PHONY: demo-accounts
demo-accounts: ## List the demo accounts: role, e-mail, password
	@$(MAKE) --silent --no-print-directory $(VENV)/.stamp-run >&2
	@scripts/demo_accounts.sh

.PHONY: test
test: $(VENV)/.stamp-dev ## Run every check and test, with the real services and a real browser
	@scripts/test.sh

.PHONY: test-fast
test-fast: $(VENV)/.stamp-dev ## Run ruff and the quick tests on SQLite
	@scripts/test.sh --fast

.PHONY: lint
lint: $(VENV)/.stamp-dev ## Run every check that is not a test
	@scripts/system_packages.sh gettext
	@scripts/lint.sh

.PHONY: services
services: $(VENV)/.stamp-run ## Start Elasticsearch and PostgreSQL for development; NODES=3 for a cluster
	@$(PYTHON_BIN) scripts/services.py start $(if $(NODES),--nodes $(NODES))

.PHONY: services-stop
services-stop: $(VENV)/.stamp-run ## Stop them
	@$(PYTHON_BIN) scripts/services.py stop

.PHONY: bench
bench: $(VENV)/.stamp-dev ## Measure against the real services; writes bench/results.json
	@scripts/with_services.sh --nodes $(BENCH_NODES) $(PYTHON_BIN) -m bench

.PHONY: lock
lock: $(VENV)/.stamp-dev ## Lock the packages anew (UPGRADE=1 for newer versions)
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH"; set -e; \
	for pair in "requirements/installer.txt requirements/installer.in" \
	            "requirements.txt requirements/base.in" \
	            "requirements-object-storage.txt requirements/object_storage.in" \
	            "requirements-dev.txt requirements/dev.in"; do \
		set -- $$pair; $(COMPILE) $(if $(UPGRADE),--upgrade) -o $$1 $$2; \
	done

.PHONY: messages
messages: $(VENV)/.stamp-dev ## Collect the interface's texts into locale/ and compile the catalogues
	@scripts/system_packages.sh gettext
	@mkdir -p locale
	DEBUG=true $(PYTHON_BIN) manage.py makemessages $(LANGUAGES:%=--locale=%) --add-location=file \
		--ignore='.venv/*' --ignore='tests/*' --ignore='var/*'
	$(PYTHON_BIN) scripts/compile_messages.py

.PHONY: screenshots
screenshots: $(VENV)/.stamp-dev ## Take pictures of the running demo (make demo) into docs/screenshots/
	@scripts/system_packages.sh chromium fonts
	@$(PYTHON_BIN) scripts/screenshots.py

.PHONY: lighthouse
lighthouse: ## Ask Lighthouse about the running demo, in English and Arabic (needs Node and Chromium; var/lighthouse/)
	@scripts/system_packages.sh chromium
	@scripts/lighthouse.sh

.PHONY: clean
clean: ## Remove the environment, the demo's data and what checks leave behind (services: services-stop first)
	rm -rf $(VENV) var htmlcov .coverage .coverage.* coverage.xml test-results
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete 2>/dev/null || true
