#!/usr/bin/env bash
# Makes .venv and installs the locked packages into it: what running needs, or everything for development.
#
#     install.sh run|dev
#
# Packages are checked against the hashes in the lock files. uv does the work, as it needs a third of pip's
# time; where it cannot, pip does the same.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:?run or dev}
case $kind in
    run) lock=requirements.txt ;;
    dev) lock=requirements-dev.txt ;;
    *) echo "install: run or dev, not $kind" >&2; exit 2 ;;
esac

python=.venv/bin/python
if ! "$python" -c 'import sys; raise SystemExit(sys.version_info < (3, 12))' 2>/dev/null; then
    base=$(scripts/find_python.sh)
    echo "Making .venv with $("$base" --version) ($base)"
    "$base" -m venv --clear .venv
fi
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip >/dev/null

if [ -x .venv/bin/uv ]; then
    uv=.venv/bin/uv
elif command -v uv >/dev/null 2>&1; then
    uv=uv
elif "$python" -m pip install --quiet --require-hashes -r requirements/installer.txt; then
    uv=.venv/bin/uv
else
    uv=
fi

echo "Installing $lock"
if [ -z "$uv" ] || ! "$uv" pip install --quiet --require-hashes --python "$python" -r "$lock"; then
    echo "Installing with pip instead"
    "$python" -m pip install --quiet --require-hashes -r "$lock"
fi

touch .venv/.stamp-run
if [ "$kind" = dev ]; then touch .venv/.stamp-dev; fi
