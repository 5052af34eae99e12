#!/usr/bin/env bash
# Prints the demo accounts: role, e-mail, password, one a line, separated by tabs.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/demo_env.sh
exec .venv/bin/python manage.py demo_accounts
