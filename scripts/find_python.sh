#!/bin/sh
# Prints the path of a Python that is new enough (3.13 before others), or says on standard error that there
# is none and exits with 1. PYTHON, when set, is tried before anything else.
set -u

# Prints "preference path" when the given command is a Python new enough that can make environments.
# Preference: 0 for 3.13, then 3.12, then newer ones.
judge() {
    "$1" -c '
import sys
if sys.version_info < (3, 12):
    raise SystemExit(1)
import ensurepip, sqlite3, ssl, venv
minor = sys.version_info[1] if sys.version_info[0] == 3 else 99
print({13: 0, 12: 1}.get(minor, minor), getattr(sys, "_base_executable", None) or sys.executable)
' 2>/dev/null
}

if [ -n "${PYTHON:-}" ]; then
    if found=$(judge "$PYTHON"); then
        echo "${found#* }"
        exit 0
    fi
    echo "find_python: PYTHON=$PYTHON is not a working Python 3.12 or newer (with venv, ssl and sqlite3)." >&2
    exit 1
fi

candidates() {
    for name in python3.13 python3.12 python3.14 python3 python; do
        command -v "$name" 2>/dev/null
    done
    for root in "${PYENV_ROOT:-}" "$(pyenv root 2>/dev/null)" "$HOME/.pyenv"; do
        [ -n "$root" ] || continue
        for version in 3.13 3.12 3.14; do
            ls -d "$root/versions/$version".*/bin/python3 2>/dev/null | sort -rV
        done
    done
    ls /opt/homebrew/bin/python3.1[2-9] /usr/local/bin/python3.1[2-9] 2>/dev/null
}

best=""
# The list holds one path a line; a path may hold blanks.
list=$(candidates)
if command -v uv >/dev/null 2>&1; then
    list="$list
$(uv python find '>=3.12' 2>/dev/null)"
fi
while IFS= read -r candidate; do
    [ -n "$candidate" ] || continue
    found=$(judge "$candidate") || continue
    if [ -z "$best" ] || [ "${found%% *}" -lt "${best%% *}" ]; then
        best=$found
    fi
    [ "${best%% *}" -eq 0 ] && break
done <<END
$list
END

if [ -z "$best" ]; then
    cat >&2 <<'END'
find_python: no Python 3.12 or newer found (with venv, ssl and sqlite3).
Looked at: PYTHON, PATH, pyenv's versions, uv's versions.
Install one (for example: apt-get install python3.13 python3.13-venv, brew install python@3.13,
pyenv install 3.13, or uv python install 3.13), or set PYTHON to it.
END
    exit 1
fi
echo "${best#* }"
