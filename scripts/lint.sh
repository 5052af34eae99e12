#!/usr/bin/env bash
# Every check that runs no test, the quick ones first; stops at the first that fails.
#
#     lint.sh [--quick]     --quick: ruff only
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
. scripts/clean_env.sh
export DEBUG=true DATABASE_URL="sqlite:///:memory:" SECRET_KEY="only-for-checks-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG"

check() {
    local name=$1
    shift
    printf '== %s\n' "$name"
    if ! "$@" </dev/null; then
        printf '\n!! %s failed: %s\n' "$name" "$*" >&2
        exit 1
    fi
}

deployed() {
    env DEBUG=false SECRET_KEY="$SECRET_KEY" ALLOWED_HOSTS=hub.example BASE_URL=https://hub.example \
        DATABASE_URL=postgres://hub@127.0.0.1:1/hub EMAIL_URL=smtp+tls://hub:secret@mail.hub.example:587 \
        CACHE_URL=redis://127.0.0.1:1/0 TASKS_BACKEND=database SECURE_PROXY=true \
        python manage.py check --deploy --fail-level WARNING
}

check "ruff: errors and style" ruff check .
check "ruff: format" ruff format --check .
if [ "${1:-}" = --quick ]; then exit 0; fi
check "import-linter: apps import downwards only" lint-imports
check "djlint: templates" djlint --lint --quiet --allow-empty-input templates
check "Django: system check" python manage.py check --fail-level WARNING
check "Django: no migration is missing" python manage.py makemigrations --check --dry-run
check "Django: check of production settings" deployed
check "translations: complete" python scripts/check_messages.py
check "mypy: types" mypy
check "pip-audit: known weaknesses of packages" python scripts/audit_dependencies.py
