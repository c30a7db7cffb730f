#!/bin/bash
# The generated files before their own readers: Prometheus' and Alertmanager's. Each alert rule is shown to fire, and not to;
# whom Alertmanager is to tell hears of an alert, and of its end.
# A line for each check; fails if any does.
# Debian packages: prometheus (promtool), prometheus-alertmanager (amtool), openssl, curl, and Node.js with the project's packages.
set -u

here=$(cd "$(dirname "$0")" && pwd)
stage=$(mktemp -d /tmp/prometheus-test.XXXXXX)
pids=()
leave() {
  [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
  rm -rf "$stage"
}
trap leave EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
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
passes 'each panel of the dashboards asks what Prometheus understands' promtool check rules panels.yml
sed '0,/sum(/s//sum((/' panels.yml >other.yml
fails 'a panel that does not is noticed' promtool check rules other.yml
# The address of a webhook in a file is known since version 0.26 of Alertmanager.
version=$(amtool --version 2>&1 | sed -n 's/^amtool, version \([0-9]*\.[0-9]*\).*/\1/p')
if [ "$(printf '%s\n' 0.26 "$version" | sort -V | head -1)" = 0.26 ]; then
  passes 'Alertmanager reads its configuration' amtool check-config "$alertmanager"
else
  sed 's|url_file: .*|url: "http://127.0.0.1/"|' "$alertmanager" >older.yml
  passes "Alertmanager $version reads its configuration, but for the file with the webhook's address" amtool check-config older.yml
fi

# Its receivers are here, with their secrets in files; and it waits seconds, where it waits minutes by its configuration.
mkdir secrets
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout mail.key -out mail.crt 2>/dev/null || exit 1
openssl rand -hex 16 | tr -d '\n' >secrets/email-1
node "$here/receivers.mjs" mail.key mail.crt secrets/email-1 heard >ports &
pids+=("$!")
for _ in {1..300}; do [ -s ports ] && break; sleep 0.1; done
read -r webhook smtp <ports || exit 1
echo "http://127.0.0.1:$webhook/token" >secrets/webhook-2
sed -e "s|/run/secrets/alertmanager|$stage/secrets|" -e "s|smtp\.example:587|localhost:$smtp|" \
  -e 's|group_wait: 30s|group_wait: 1s|' -e 's|group_interval: 5m|group_interval: 1s|' "$alertmanager" >here.yml
[ -e older.yml ] && sed -i "s|url_file: .*|url: $(cat secrets/webhook-2)|" here.yml
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
SSL_CERT_FILE=$stage/mail.crt prometheus-alertmanager --config.file=here.yml --storage.path=data --cluster.listen-address= \
  --web.listen-address="127.0.0.1:$port" >alertmanager.log 2>&1 &
pids+=("$!")
for _ in {1..300}; do curl -fs "http://127.0.0.1:$port/-/ready" >/dev/null && break; sleep 0.1; done

# tell NAME SEVERITY ENDS: as Prometheus does.
tell() {
  curl -fsS -H 'Content-Type: application/json' "http://127.0.0.1:$port/api/v2/alerts" --data \
    "[{\"labels\":{\"alertname\":\"$1\",\"service\":\"db\",\"severity\":\"$2\"},\"annotations\":{\"summary\":\"db does not answer\"},\"endsAt\":\"$3\"}]"
}
# heard PATTERN...: each within half a minute.
heard() {
  local pattern
  for pattern in "$@"; do
    for _ in {1..300}; do grep -qs -- "$pattern" heard && continue 2; sleep 0.1; done
    printf 'nobody heard of %s\n' "$pattern"
    cat heard
    tail -5 alertmanager.log
    return 1
  done
}
tell ServiceDown critical "$(date -u -d '1 hour' +%FT%TZ)"
tell SlowRequests warning "$(date -u -d '1 hour' +%FT%TZ)"
passes 'a webhook hears of an alert' heard '{"by":"webhook POST /token","status":"firing","alerts":\["ServiceDown db: db does not answer"\]}'
passes 'people hear of it by e-mail, sent by STARTTLS with the password' \
  heard '{"by":"email FROM:<alerts@shop.example> TO:<ops@shop.example> as alerts","subject":"\[FIRING:1\] ServiceDown db (critical)"}'
sleep 3
fails 'nobody hears of a warning while something critical is wrong' grep SlowRequests heard
tell ServiceDown critical "$(date -u +%FT%TZ)"
passes 'a webhook hears of its end' heard '"status":"resolved","alerts":\["ServiceDown db'
passes 'people hear of it by e-mail as well' heard '"subject":"\[RESOLVED\] ServiceDown db (critical)"'
passes 'once that is over, the warning is heard of' heard '"status":"firing","alerts":\["SlowRequests db'

echo "$checks checks, $failures failures"
[ "$failures" = 0 ]
