#!/usr/bin/env bash
# Runs a command with the real services up, their addresses in ELASTICSEARCH_URL and DATABASE_URL.
# Services that were down before are stopped afterwards; the others are left as they were.
#
#     with_services.sh [--nodes 1|3] command...
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)

nodes=()
if [ "${1:-}" = --nodes ]; then
    nodes=(--nodes "$2")
    shift 2
fi
services() { "$project/.venv/bin/python" "$project/scripts/services.py" "$@"; }

down=()
while IFS=$'\t' read -r name state _url; do
    if [ "$state" = down ]; then down+=("$name"); fi
done < <(services status)
finish() {
    # Silent: the last lines on the screen are those of the command.
    if [ ${#down[@]} -gt 0 ]; then services stop "${down[@]}" >/dev/null 2>&1 </dev/null || true; fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

urls=$(services start ${nodes[@]+"${nodes[@]}"})
set -a
eval "$urls"
set +a
"$@"
