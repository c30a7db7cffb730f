# The stand-in images and the names under which the stacks ask for them. One line per image; add a tag here when a
# stack names another version.
group "default" {
  targets = ["alpine", "python", "postgres", "redis", "nginx", "adminer", "certbot", "golang", "node", "prometheus", "placeholder", "scanner"]
}

# test/e2e/engine/start adds a context `host`: this machine's certificates and mirror settings.
target "base" {
  context = "base"
}

target "alpine" {
  context  = "alpine"
  contexts = { base = "target:base" }
  tags     = ["alpine:3", "alpine:3.20", "alpine:3.21", "alpine:3.22"]
}

target "python" {
  context  = "python"
  contexts = { base = "target:base" }
  tags     = ["python:3.13-slim-bookworm", "python:3.13-slim", "python:3.11-slim", "python:3.11-slim-bookworm"]
}

target "postgres" {
  context  = "postgres"
  contexts = { alpine = "target:alpine" }
  tags     = ["postgres:16-alpine", "postgres:15-alpine", "postgres:17-alpine", "postgres:18-alpine"]
}

target "redis" {
  context  = "redis"
  contexts = { alpine = "target:alpine" }
  tags     = ["redis:7-alpine", "redis:7.2-alpine", "redis:7.4-alpine", "redis:8-alpine"]
}

target "nginx" {
  context  = "nginx"
  contexts = { alpine = "target:alpine" }
  tags     = ["nginx:1.25-alpine", "nginx:1.25.5-alpine", "nginx:1.27-alpine", "nginx:1.28-alpine", "nginx:1.30-alpine"]
}

target "adminer" {
  context  = "adminer"
  contexts = { alpine = "target:alpine" }
  tags     = ["adminer:latest", "adminer:4", "adminer:4.8.1", "adminer:5"]
}

target "certbot" {
  context  = "certbot"
  contexts = { alpine = "target:alpine" }
  tags     = ["certbot/certbot:latest", "certbot/certbot:v5.8.0"]
}

target "golang" {
  context  = "golang"
  contexts = { base = "target:base" }
  tags     = ["golang:1.26-alpine"]
}

target "node" {
  context  = "node"
  contexts = { alpine = "target:alpine" }
  tags     = ["node:20-alpine", "node:22-alpine"]
}

# One program each, from the package of its name.
target "prometheus" {
  name = "prometheus-${item.program}"
  matrix = {
    item = [
      { program = "prometheus", package = "prometheus", entrypoint = "/bin/prometheus", folder = "/prometheus", tag = "prom/prometheus:v3.15.0" },
      { program = "alertmanager", package = "prometheus-alertmanager", entrypoint = "/bin/alertmanager", folder = "/alertmanager", tag = "prom/alertmanager:v0.34.1" },
      { program = "blackbox", package = "prometheus-blackbox-exporter", entrypoint = "/bin/blackbox_exporter", folder = "/nonexistent-folder", tag = "prom/blackbox-exporter:v0.28.0" },
      { program = "node", package = "prometheus-node-exporter", entrypoint = "/bin/node_exporter", folder = "/nonexistent-folder", tag = "prom/node-exporter:v1.12.0" },
      { program = "postgres", package = "prometheus-postgres-exporter", entrypoint = "/bin/postgres_exporter", folder = "/nonexistent-folder", tag = "quay.io/prometheuscommunity/postgres-exporter:v0.19.1" },
      { program = "redis", package = "prometheus-redis-exporter", entrypoint = "/redis_exporter", folder = "/nonexistent-folder", tag = "oliver006/redis_exporter:v1.89.0-alpine" },
      { program = "nginx", package = "prometheus-nginx-exporter", entrypoint = "/usr/bin/nginx-prometheus-exporter", folder = "/nonexistent-folder", tag = "nginx/nginx-prometheus-exporter:1.5.3" },
    ]
  }
  context  = "prometheus"
  contexts = { alpine = "target:alpine" }
  args     = { PACKAGE = item.package, ENTRYPOINT = item.entrypoint, FOLDER = item.folder }
  tags     = [item.tag]
}

# No package has these.
target "placeholder" {
  name = "placeholder-${item.name}"
  matrix = {
    item = [
      { name = "grafana", tag = "grafana/grafana:13.3.0", ports = "3000", paths = "api/health metrics", program = "/usr/bin/placeholder", folder = "/var/lib/grafana", owner = "472" },
      { name = "loki", tag = "grafana/loki:3.7.8", ports = "3100", paths = "ready metrics", program = "/usr/bin/loki", folder = "/loki", owner = "10001" },
      { name = "alloy", tag = "grafana/alloy:v1.19.2", ports = "12345 4318 1514", paths = "-/ready metrics", program = "/usr/bin/placeholder", folder = "/var/lib/alloy", owner = "473" },
      { name = "jaeger", tag = "jaegertracing/jaeger:2.19.0", ports = "13133 16686 4317 4318 8888", paths = "status metrics", program = "/usr/bin/placeholder", folder = "/badger", owner = "10001" },
      { name = "meilisearch", tag = "getmeili/meilisearch:v1.12.3", ports = "7700", paths = "health", program = "/usr/bin/placeholder", folder = "/meili_data", owner = "1000" },
    ]
  }
  context  = "placeholder"
  contexts = { alpine = "target:alpine" }
  args     = { PORTS = item.ports, PATHS = item.paths, PROGRAM = item.program, FOLDER = item.folder, OWNER = item.owner }
  tags     = [item.tag]
}

target "scanner" {
  name = "scanner-${item.name}"
  matrix = {
    item = [
      { name = "trivy", tag = "aquasec/trivy:0.69.3", program = "/usr/local/bin/trivy" },
      { name = "grype", tag = "anchore/grype:v0.116.0", program = "/grype" },
      { name = "syft", tag = "anchore/syft:v1.45.1", program = "/syft" },
      { name = "hadolint", tag = "hadolint/hadolint:v2.14.0-alpine", program = "/bin/hadolint" },
    ]
  }
  context  = "scanner"
  contexts = { alpine = "target:alpine" }
  args     = { PROGRAM = item.program }
  tags     = [item.tag]
}
