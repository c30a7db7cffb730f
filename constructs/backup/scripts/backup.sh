#!/bin/sh
# Backups of one Postgres database. `backup.sh help` says what it does; each command is a file beside this one.
# POSIX shell: it runs under busybox (Alpine) and dash (Debian) alike.
# shellcheck source-path=SCRIPTDIR disable=SC1091 # `shellcheck -x` follows
set -eu

HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/common.sh"
. "$HERE/database.sh"
. "$HERE/dump.sh"
. "$HERE/verify.sh"
. "$HERE/prune.sh"
. "$HERE/list.sh"
. "$HERE/import.sh"
. "$HERE/restore.sh"
. "$HERE/drill.sh"
. "$HERE/help.sh"

[ "$#" -gt 0 ] || set -- backup
COMMAND=$1
shift
case $COMMAND in
  backup | verify | prune | list | import | restore | drill | help) "command_$COMMAND" "$@" ;;
  -h | --help) command_help ;;
  *) fail "$EXIT_USAGE" "no such command; see: backup.sh help" ;;
esac
