# The settings of the demo, for demo.sh and `make demo-accounts`. To be sourced at the top of the project.
. scripts/clean_env.sh
export PORT="${PORT:-8000}"
# As in production, so that errors say what readers are told.
export DEBUG=false
export DATABASE_URL="sqlite:///$PWD/var/hub.sqlite3"
export MEDIA_ROOT="$PWD/var/media"
export ALLOWED_HOSTS="127.0.0.1,localhost"
# The demo's accounts are for looking around; a real hub asks people with a role for a second factor.
export SECOND_FACTOR_REQUIRED=false
export BASE_URL="http://127.0.0.1:$PORT"

mkdir -p var/media
if [ ! -s var/secret_key ]; then
    (umask 077 && .venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(60))' >var/secret_key)
fi
SECRET_KEY=$(cat var/secret_key)
export SECRET_KEY
