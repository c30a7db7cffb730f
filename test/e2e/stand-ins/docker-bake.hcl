# The stand-in images and the names under which the stacks ask for them. One line per image; add a tag here when a
# stack names another version.
group "default" {
  targets = ["alpine", "python", "postgres", "redis", "nginx", "adminer", "certbot", "golang"]
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
  tags     = ["python:3.13-slim-bookworm", "python:3.13-slim"]
}

target "postgres" {
  context  = "postgres"
  contexts = { alpine = "target:alpine" }
  tags     = ["postgres:16-alpine", "postgres:15-alpine", "postgres:17-alpine"]
}

target "redis" {
  context  = "redis"
  contexts = { alpine = "target:alpine" }
  tags     = ["redis:7-alpine", "redis:7.2-alpine", "redis:7.4-alpine"]
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
