#!/usr/bin/env bash
# Runs the checks and tests. The last lines on the screen are pytest's.
#
#     test.sh           everything: lint, the quick tests and those of leaks on SQLite, then all tests on PostgreSQL,
#                       Elasticsearch and Chromium
#     test.sh --fast    ruff and the quick tests on SQLite
#
# More arguments go to pytest. WORKERS sets how many processes run the tests (default: 2).
set -euo pipefail
cd "$(dirname "$0")/.."

fast=
if [ "${1:-}" = --fast ]; then
    fast=yes
    shift
fi
workers=${WORKERS:-2}
export PATH="$PWD/.venv/bin:$PATH"

quick_tests() {
    local which=$1
    shift
    printf '== pytest: tests on SQLite\n'
    (
        . scripts/clean_env.sh
        unset TEST_ELASTICSEARCH_URL TEST_DATABASE_URL
        DEBUG=true pytest -n "$workers" -m "$which" "$@" </dev/null
    )
}

# Run by with_services.sh, which has put the addresses of the services into the environment.
all_tests() {
    printf '== pytest: all tests on PostgreSQL, Elasticsearch and Chromium\n'
    export TEST_ELASTICSEARCH_URL="$ELASTICSEARCH_URL" TEST_DATABASE_URL="$DATABASE_URL"
    # The suite stands on PostgreSQL; a test that wants Elasticsearch says so and takes the TEST_ address.
    . scripts/clean_env.sh
    DEBUG=true DATABASE_URL="$TEST_DATABASE_URL" pytest -n "$workers" --dist loadgroup "$@" </dev/null
}

if [ -n "$fast" ]; then
    scripts/lint.sh --quick
    python scripts/compile_messages.py
    quick_tests "not service and not browser and not slow" "$@"
    exit
fi

if [ "${1:-}" = --in-services ]; then
    shift
    all_tests "$@"
    exit
fi

scripts/system_packages.sh chromium gettext fonts postgresql elasticsearch
for program in chromium chromium-browser google-chrome; do
    if CHROMIUM=${CHROMIUM:-$(command -v "$program")}; then break; fi
done
export CHROMIUM

scripts/lint.sh
python scripts/compile_messages.py
quick_tests "not service and not browser and not slow" "$@"
# What leaks must leak on neither database: the matrix runs on SQLite too.
if [ $# -eq 0 ]; then quick_tests "slow and not service" --dist loadscope tests/access; fi
scripts/with_services.sh scripts/test.sh --in-services "$@"
