#!/bin/bash
# A system with Postgres, Redis, nginx and backups under observation, on a real Docker Engine: every target is up,
# the exporters can do no more than they must, an alert fires when Postgres is stopped and resolves after.
# A line for each check; fails if any does. Grafana, Loki and Jaeger are not started: there is no package of them.
#
#   . "$(test/e2e/engine/start)" && test/constructs/monitoring/real-stack.sh
set -u

here=$(cd "$(dirname "$0")" && pwd)
stage=$(mktemp -d /tmp/monitoring-test.XXXXXX)
export COMPOSE_PROJECT_NAME=compose8s-monitoring-$$ COMPOSE_ANSI=never COMPOSE_PROGRESS=plain
failures=0 checks=0

leave() {
  # An engine under load lets go of a network only a while after its container is gone.
  for _ in {1..10}; do
    compose --profile '*' down --volumes --remove-orphans --timeout 5 >/dev/null 2>&1 &&
      [ -z "$(docker network ls --quiet --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME")" ] && break
    sleep 2
  done
  rm -rf "$stage"
}
trap leave EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

compose() { docker compose --project-directory "$stage/compose" "$@"; }
prometheus() { compose exec -T monitoring-prometheus wget -qO- "http://127.0.0.1:9090/api/v1/$1" 2>/dev/null; }
# json EXPRESSION: of the JSON on standard input, which it knows as `d`.
json() { node -e 'let t = ""; process.stdin.on("data", c => (t += c)).on("end", () => { try { const d = JSON.parse(t).data; console.log(eval(process.argv[1])); } catch { console.log(""); } })' "$1"; }
value() { prometheus "query?query=$(node -p 'encodeURIComponent(process.argv[1])' "$1")" | json 'd.result[0]?.value[1] ?? ""'; }

# is WHAT EXPECTED GOT: EXPECTED is a pattern of the shell.
is() {
  checks=$((checks + 1))
  # shellcheck disable=SC2053
  if [[ $3 == $2 ]]; then
    echo "ok    $1"
  else
    failures=$((failures + 1))
    printf 'FAIL  %s\n      expected: %s\n      got:      %s\n' "$1" "$2" "$3"
  fi
}

# within SECONDS WHAT EXPECTED COMMAND...: asks until the answer is the one.
within() {
  local deadline=$((SECONDS + $1)) what=$2 expected=$3 got
  shift 3
  # shellcheck disable=SC2053
  while got=$("$@") && [[ $got != $expected ]] && [ "$SECONDS" -lt "$deadline" ]; do sleep 2; done
  is "$what" "$expected" "$got"
}

down() { prometheus 'targets?state=active' | json 'd.activeTargets.filter(t => t.health !== "up" && t.labels.service !== "monitoring-grafana").map(t => t.labels.service + " " + t.lastError).join(", ") + d.activeTargets.length'; }
# The panels that have nothing to show.
empty() {
  local title query
  while IFS=$'\t' read -r title query <&3; do
    [ -n "$(value "$query")" ] || echo "$title"
  done 3<"$stage/panels" | sort -u | paste -sd,
}
firing() { prometheus alerts | json 'd.alerts.filter(a => a.state === "firing" && a.labels.service === "db").map(a => a.labels.alertname).join(" ")'; }
state() { prometheus rules | json "d.groups.flatMap(g => g.rules).find(r => r.name === '$1').state"; }
told() { compose exec -T monitoring-alertmanager wget -qO- 'http://127.0.0.1:9093/api/v2/alerts?filter=service%3D%22db%22' | node -e 'let t = ""; process.stdin.on("data", c => (t += c)).on("end", () => console.log(JSON.parse(t).map(a => a.labels.alertname).join(" ")))'; }

node --require tsx/cjs "$here/stack.ts" "$stage" || exit 1
{
  echo "SECRETS_DIR=$stage/secrets"
  for port in PROXY_HTTP_PORT PROXY_HTTPS_PORT; do
    echo "$port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"
  done
} >"$stage/compose/.env"
mapfile -t services < <(compose config --services | grep -vE 'grafana|^backup-(restore|drill)$')
compose up --build --wait --quiet-pull "${services[@]}" >"$stage/up.log" 2>&1
is 'the stack is healthy' 0 $?
[ "$failures" = 0 ] || { tail -20 "$stage/up.log"; exit 1; }

within 90 'every target is up, Grafana aside' 15 down
within 90 'Postgres answers its exporter' 1 value pg_up
within 90 'Redis answers its exporter' 1 value redis_up
within 90 'nginx answers its exporter' 1 value nginx_up
within 90 'both replicas are asked' 2 value 'count(up{job="app"})'
within 90 'the application, the proxy and the public route are ready, and the certificate is shown' 4 value 'sum(probe_success)'
is 'the end of the certificate is known' '1*' "$(value 'probe_ssl_earliest_cert_expiry{job="certificate"}')"
is 'the disk of the containers is seen' '1' "$(value 'count(node_filesystem_size_bytes)')"

compose exec -T db psql -q -U db -d db -c 'CREATE TABLE secret (word text)' >/dev/null
as_role() { compose exec -T db env PGPASSWORD="$(cat "$stage/secrets/monitoring-db-exporter-credentials/password")" psql -h 127.0.0.1 -U monitoring -d db -Atc "$1" 2>&1; }
is 'its role sees statistics' '1' "$(as_role 'SELECT count(*) > 0 FROM pg_stat_activity' | sed 's/t/1/')"
is 'its role reads no table' '*permission denied*' "$(as_role 'SELECT * FROM secret')"
is 'its role makes no table' '*permission denied*' "$(as_role 'CREATE TABLE other (word text)')"
is 'the password of the role is in no log of the server' '' "$(compose logs db 2>&1 | grep -F "$(cat "$stage/secrets/monitoring-db-exporter-credentials/password")")"
as_user() { compose exec -T cache env REDISCLI_AUTH="$(cat "$stage/secrets/cache-user-monitoring/password")" redis-cli --no-auth-warning --user monitoring "$@" 2>&1; }
is 'its user of Redis sees statistics' '*redis_version*' "$(as_user info server)"
is 'its user of Redis reads no key' '*NOPERM*' "$(as_user get anything)"
is 'its user of Redis sees no configuration' '*NOPERM*' "$(as_user config get save)"
compose up --no-deps monitoring-db-exporter-role >/dev/null 2>&1
is 'the role can be made again' 0 "$(compose ps -a --format '{{.ExitCode}}' monitoring-db-exporter-role)"

is 'without a backup there is no time of one' '' "$(value backup_last_success_timestamp_seconds)"
compose run --rm backup backup >/dev/null 2>&1
is 'a backup is made' 0 $?
within 90 'its time is known' '1*' value backup_last_success_timestamp_seconds
within 90 'each panel of the dashboards has something to show, but for the requests, of which this application has no histogram' 'requests: Requests,requests: p95' empty
is 'its exporter cannot read it' '*denied*' "$(compose exec -T monitoring-backup-exporter sh -c 'cat /backups/*.gz' 2>&1)"

replica=$(compose ps -q web | head -1)
is 'no replica is missing' inactive "$(state ReplicaMissing)"
docker stop "$replica" >/dev/null
within 90 'one that has ended is missed, though its address is gone' pending state ReplicaMissing
docker start "$replica" >/dev/null
within 90 'until it is back' inactive state ReplicaMissing
docker pause "$replica" >/dev/null
within 150 'one that does not answer is found by asking another each time' 1 value "$(printf '%s' 'max_over_time(X[1m]) - min_over_time(X[1m])' | sed 's/X/probe_success{job="ready",service="web"}/g')"
docker unpause "$replica" >/dev/null

is 'no alert fires' '' "$(firing)"
compose stop db >/dev/null 2>&1
within 150 'an alert fires when Postgres is stopped' '*ServiceDown*' firing
within 90 'Alertmanager has heard of it' '*ServiceDown*' told
compose start db >/dev/null 2>&1
within 90 'it resolves when Postgres is back' '' firing
within 90 'Alertmanager has heard of that' '' told

echo "$checks checks, $failures failures"
[ "$failures" = 0 ]
