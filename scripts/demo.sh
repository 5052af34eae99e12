#!/usr/bin/env bash
# Brings the demo up: migrates, loads the demo content (both quick when done before), serves until stopped.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/demo_env.sh

python=.venv/bin/python

case $PORT in
    '' | *[!0-9]*) echo "demo: PORT must be a number, not '$PORT'" >&2; exit 2 ;;
esac
if "$python" -c "import socket; socket.create_connection(('127.0.0.1', $PORT), 1)" 2>/dev/null; then
    echo "demo: port $PORT is taken; choose another: make demo PORT=8001" >&2
    exit 1
fi

"$python" scripts/compile_messages.py
if [ ! -e var/static/staticfiles.json ] ||
    [ -n "$(find static .venv/.stamp-run -newer var/static/staticfiles.json -print -quit)" ]; then
    "$python" manage.py collectstatic --no-input --verbosity 0 &
fi
"$python" manage.py prepare_demo
wait

shared_memory=/dev/shm
[ -w "$shared_memory" ] || shared_memory=var

cat <<END

  The hub:        $BASE_URL/
  Editing:        $BASE_URL/admin/
  Demo accounts:  make demo-accounts
  Stop:           Ctrl-C (the data stays in var/; make clean removes it)

END
exec .venv/bin/gunicorn hub.wsgi:application \
    --bind "127.0.0.1:$PORT" \
    --worker-class gthread --workers 1 --threads 8 \
    --worker-tmp-dir "$shared_memory" \
    --log-level warning
