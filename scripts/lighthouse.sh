#!/usr/bin/env bash
# Asks Lighthouse (npm) about every page type of the running demo, in English and Arabic; prints the four scores and what is
# missing, keeps the reports in var/lighthouse/. Ends with 1 when a score other than performance, which depends on what the
# machine does besides, is below 100.
set -euo pipefail
cd "$(dirname "$0")/.."

base=http://127.0.0.1:${PORT:-8000}
version=12.8.2
curl --silent --fail --output /dev/null "$base/healthz" || { echo "lighthouse: start \`make demo\` first" >&2; exit 2; }
for program in chromium chromium-browser google-chrome; do
    if CHROME_PATH=${CHROME_PATH:-$(command -v "$program")}; then break; fi
done
export CHROME_PATH

mkdir -p var/lighthouse
if [ ! -x var/lighthouse/node_modules/.bin/lighthouse ]; then
    npm install --silent --no-save --prefix var/lighthouse "lighthouse@$version" >/dev/null
fi

pages=(
    "home /en/" "list /en/case-studies/" "article /en/best-practices/habits-not-posters/"
    "case-study /en/case-studies/one-inspector-for-three-island-states/"
    "series /en/webinars/chemical-security-in-a-pandemic/"
    "recording /en/webinars/chemical-security-in-a-pandemic/closed-gates-open-duties/"
    "search /en/search/?q=key" "topic /en/topics/security-culture/" "country /en/countries/fj/"
    "sign-in /en/accounts/login/"
)
# The address of a page in Arabic is the one its language menu offers.
in_arabic() {
    curl --silent "$base$1" | grep -o 'href="/ar/[^"]*" lang="ar"' | head -1 | cut -d'"' -f2 | sed 's/&amp;/\&/g'
}
ask() {
    var/lighthouse/node_modules/.bin/lighthouse "$1" --quiet --output=json --output-path="$2" \
        --chrome-flags="--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run" >/dev/null
}
failed=0
for page in "${pages[@]}"; do
    read -r name address <<<"$page"
    for language in en ar; do
        [ "$language" = en ] || address=$(in_arabic "$address")
        report=var/lighthouse/$name-$language.json
        # Now and then Chromium's trace is lost; once more is enough.
        ask "$base$address" "$report" || ask "$base$address" "$report"
        node -e '
            const report = JSON.parse(require("fs").readFileSync(process.argv[1]));
            const scores = Object.values(report.categories).map((each) => [each.id, Math.round(each.score * 100)]);
            console.log(process.argv[2].padEnd(16), scores.map(([id, score]) => `${id} ${score}`).join("  "));
            for (const category of Object.values(report.categories)) for (const { id, weight } of category.auditRefs) {
                const audit = report.audits[id];
                if (weight && audit.score !== null && audit.score < 0.9) console.log("   ", id, audit.displayValue ?? "");
            }
            process.exit(scores.some(([id, score]) => id !== "performance" && score < 100) ? 1 : 0);
        ' "$report" "$name $language" || failed=1
    done
done
exit $failed
