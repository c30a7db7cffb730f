#!/bin/bash
# The generated files before their own readers: Prometheus' and Alertmanager's. Each alert rule is shown to fire, and not to.
# A line for each check; fails if any does.
# Debian packages: prometheus (promtool), prometheus-alertmanager (amtool), and Node.js with the project's packages.
set -u

here=$(cd "$(dirname "$0")" && pwd)
stage=$(mktemp -d /tmp/prometheus-test.XXXXXX)
trap 'rm -rf "$stage"' EXIT
failures=0 checks=0

# passes WHAT COMMAND...
passes() {
  local what=$1 said
  shift
  checks=$((checks + 1))
  if said=$("$@" 2>&1); then
    echo "ok    $what"
  else
    failures=$((failures + 1))
    printf 'FAIL  %s\n%s\n' "$what" "$said"
  fi
}

# fails WHAT COMMAND...: so that the checks themselves are known to find something.
fails() {
  local what=$1
  shift
  checks=$((checks + 1))
  if "$@" >/dev/null 2>&1; then
    failures=$((failures + 1))
    echo "FAIL  $what"
  else
    echo "ok    $what"
  fi
}

node --require tsx/cjs "$here/emit.ts" "$stage" || exit 1
cd "$stage" || exit 1
prometheus=compose/config/monitoring-prometheus-config
alertmanager=compose/config/monitoring-alertmanager-config/alertmanager.yml

passes 'Prometheus reads its configuration' promtool check config "$prometheus/prometheus.yml"
passes 'Prometheus reads the rules' promtool check rules "$prometheus/rules.yml"
passes 'each alert fires where it should, and not where it should not' promtool test rules rule-tests.yml
sed 's/== 0/== 7/' "$prometheus/rules.yml" >"$prometheus/other.yml"
sed 's|/rules.yml|/other.yml|' rule-tests.yml >other-tests.yml
fails 'a rule that never fires is noticed' promtool test rules other-tests.yml
sed 's/> 0.8/> 0.1/; s/> 10"/> 0.1"/; s/> 0.2"/> 0.01"/' "$prometheus/rules.yml" >"$prometheus/other.yml"
fails 'a rule that fires too early is noticed' promtool test rules other-tests.yml
# The address of a webhook in a file is known since version 0.26 of Alertmanager.
version=$(amtool --version 2>&1 | sed -n 's/^amtool, version \([0-9]*\.[0-9]*\).*/\1/p')
if [ "$(printf '%s\n' 0.26 "$version" | sort -V | head -1)" = 0.26 ]; then
  passes 'Alertmanager reads its configuration' amtool check-config "$alertmanager"
else
  sed 's|url_file: .*|url: "http://127.0.0.1/"|' "$alertmanager" >older.yml
  passes "Alertmanager $version reads its configuration, but for the file with the webhook's address" amtool check-config older.yml
fi

echo "$checks checks, $failures failures"
[ "$failures" = 0 ]
