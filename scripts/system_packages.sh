#!/usr/bin/env bash
# Makes sure that programs are there which no Python package brings.
#
#     system_packages.sh chromium gettext fonts postgresql elasticsearch
#
# As root on Debian or Ubuntu it installs what is missing; else it says what to install and fails.
set -euo pipefail

has() { command -v "$1" >/dev/null 2>&1; }

has_java() {
    local home
    for home in "${ES_JAVA_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /usr/java/*; do
        [ -f "$home/release" ] && grep -Eq '^JAVA_VERSION="(2[1-9]|[3-9][0-9])' "$home/release" && return 0
    done
    has java && java -version 2>&1 | grep -Eq 'version "(2[1-9]|[3-9][0-9])'
}

has_postgres() {
    has initdb && return 0
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

has_docker() { has docker && timeout 15 docker info >/dev/null 2>&1; }

missing=()
for thing in "$@"; do
    case $thing in
        chromium)
            has chromium || has chromium-browser || has google-chrome || missing+=(chromium) ;;
        gettext)
            has xgettext && has msgmerge || missing+=(gettext) ;;
        fonts)
            # Pages in Arabic are drawn with the fonts of the machine.
            has fc-list && fc-list :lang=ar family 2>/dev/null | grep -q Noto || missing+=(fontconfig fonts-noto-core) ;;
        postgresql)
            [ -n "${DATABASE_URL:-}" ] || has_postgres || has_docker || missing+=(postgresql) ;;
        elasticsearch)
            if [ -z "${ELASTICSEARCH_URL:-}" ] && ! has_docker; then
                has mvn || missing+=(maven)
                has_java || missing+=(java)
            fi ;;
        *)
            echo "system_packages: unknown: $thing" >&2; exit 2 ;;
    esac
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! has apt-get; then
    echo "Missing on this machine: ${missing[*]/#java/a JDK of version 21 or newer,}" >&2
    echo "Install it with the system's package manager (Debian's names), then run this again." >&2
    exit 1
fi

echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
retry() {
    local try
    for try in 1 2 3; do
        "$@" </dev/null && return 0
        [ "$try" -eq 3 ] || sleep $((try * 10))
    done
    return 1
}
retry apt-get -qq update
packages=()
for package in "${missing[@]}"; do
    if [ "$package" = java ]; then
        package=
        for candidate in openjdk-25-jdk-headless openjdk-21-jdk-headless openjdk-24-jdk-headless; do
            if apt-cache show "$candidate" >/dev/null 2>&1; then package=$candidate; break; fi
        done
        if [ -z "$package" ]; then
            echo "This system has no package of a JDK 21 or newer: install one and name it in ES_JAVA_HOME," >&2
            echo "or set ELASTICSEARCH_URL to a running cluster." >&2
            exit 1
        fi
    fi
    packages+=("$package")
done
retry apt-get -qq install --yes --no-install-recommends "${packages[@]}" >/dev/null
