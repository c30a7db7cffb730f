#!/bin/sh
# One scanner over all that /etc/security-scan lists. A scan that fails leaves no output: what is not there was not scanned.
set -eu

PLAN=${PLAN:-/etc/security-scan}
REPORTS=${REPORTS:-/reports}
ARCHIVES=${ARCHIVES:-/archives}
CACHE=${CACHE:-/cache}

usage() {
  cat <<'HELP'
security-scan.sh trivy|grype|syft|hadolint    scan everything with one scanner
security-scan.sh list                         name the images, and those that must be handed over as archives
security-scan.sh receive NAME                 take an archive from standard input: docker save IMAGE | … receive NAME
security-scan.sh collect                      print all outputs: … collect | base64 -d | tar -xz -C FOLDER
HELP
}

# Where a scanner finds an image: an archive that was handed over goes before the registry.
source_of() { # slug from reference local
  if [ -f "$ARCHIVES/$1.tar" ]; then echo archive; return; fi
  case $2 in
    archive) what="$3 is in no registry" ;;
    # Every container of a cluster has this variable, and none of a host that builds what it runs.
    built) what="$4 is built on its host"; [ -z "${KUBERNETES_SERVICE_HOST:-}" ] || { echo registry; return; } ;;
    *) echo registry; return ;;
  esac
  echo "✖ $what, and no archive of it is here" >&2
  echo "  fix: docker save $4 | docker compose run --rm -T receive receive $1" >&2
  return 1
}

trivy_scan() { # source slug reference output
  set -- "$@" image --quiet --scanners vuln,secret --format sarif --output "$4"
  if [ "$1" = archive ]; then set -- "$@" --input "$ARCHIVES/$2.tar"; else set -- "$@" --image-src remote "$3"; fi
  shift 4
  trivy "$@"
}

grype_scan() {
  if [ "$1" = archive ]; then grype "docker-archive:$ARCHIVES/$2.tar" --quiet --output "json=$4"
  else grype "registry:$3" --quiet --output "json=$4"; fi
}

syft_scan() {
  if [ "$1" = archive ]; then set -- "docker-archive:$ARCHIVES/$2.tar" "$3" "$4"; else set -- "registry:$3" "$3" "$4"; fi
  syft scan "$1" --source-name "$2" --quiet --output "spdx-json=$3"
}

# Runs a command that writes the file named last, and puts that in place once it is whole.
put() { # file command…
  file=$1
  shift
  if "$@" "$REPORTS/.$file.part" && [ -s "$REPORTS/.$file.part" ]; then
    mv "$REPORTS/.$file.part" "$REPORTS/$file"
    echo "✔ $file"
  else
    rm -f "$REPORTS/.$file.part"
    echo "✖ $file could not be made" >&2
    return 1
  fi
}

images() { # scanner ending
  failed=0
  while read -r slug from reference local; do
    if source=$(source_of "$slug" "$from" "$reference" "$local") && put "$1-$slug.$2" "$1_scan" "$source" "$slug" "$reference"; then :; else failed=1; fi
  done < "$PLAN/images.txt"
  return "$failed"
}

lint() { hadolint --no-fail --format sarif "$1" > "$2"; }

dockerfiles() {
  failed=0
  for path in "$PLAN"/*.Dockerfile; do
    [ -f "$path" ] || continue
    name=$(basename "$path" .Dockerfile)
    put "hadolint-$name.sarif" lint "$path" || failed=1
  done
  return "$failed"
}

begin() {
  cp "$PLAN/scan.json" "$REPORTS/.scan.json.$1" && mv "$REPORTS/.scan.json.$1" "$REPORTS/scan.json"
  # Also of images that are no longer in the stack.
  rm -f "$REPORTS/$1"-* "$REPORTS/.$1"-*
  mkdir -p "$CACHE/$1/tmp"
  export HOME="$CACHE/$1" TMPDIR="$CACHE/$1/tmp" TRIVY_CACHE_DIR="$CACHE/$1/db" GRYPE_DB_CACHE_DIR="$CACHE/$1/db" SYFT_CACHE_DIR="$CACHE/$1/db"
  export GRYPE_CHECK_FOR_APP_UPDATE=false SYFT_CHECK_FOR_APP_UPDATE=false
  # Packages without the names of their files: a twentieth of the size, of which a cluster's log has to hold all.
  export SYFT_FILE_METADATA_SELECTION=none SYFT_RELATIONSHIPS_PACKAGE_FILE_OWNERSHIP=false
}

case "${1:-}" in
  trivy) begin trivy; images trivy sarif ;;
  grype) begin grype; images grype json ;;
  syft) begin syft; images syft spdx.json ;;
  hadolint) begin hadolint; dockerfiles ;;
  list) cat "$PLAN/images.txt" ;;
  receive)
    case "${2:-}" in ''|*[!a-z0-9-]*) echo "✖ name one of: $(cut -d ' ' -f 1 "$PLAN/images.txt" | tr '\n' ' ')" >&2; exit 2 ;; esac
    cat > "$ARCHIVES/.$2.part"
    [ -s "$ARCHIVES/.$2.part" ] || { rm -f "$ARCHIVES/.$2.part"; echo '✖ nothing came' >&2; exit 1; }
    mv "$ARCHIVES/.$2.part" "$ARCHIVES/$2.tar"
    echo "✔ $2" ;;
  collect) cd "$REPORTS" && tar -cz -- * | base64 ;;
  *) usage; exit 2 ;;
esac
