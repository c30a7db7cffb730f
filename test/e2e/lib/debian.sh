# shellcheck shell=bash
# Programs from a newer Debian than the machine's, unpacked beside the system and not installed. Sourced by the scripts
# that start what the tests need, which have `state`, a folder of their own, and `die`.
# shellcheck disable=SC2154

# Of the first suite whose packages pass a check, which is a command.
unpack_from_debian() { # FOLDER CHECK 'SUITE...' PACKAGE...
  local folder=$1 check=$2 suites=$3 apt=$state/apt mirror suite
  shift 3
  mirror=$(debian_mirror)
  [ "$mirror" ] || die 'no Debian mirror in the configuration of apt'
  for suite in $suites; do
    rm -rf "$apt" "$folder"
    mkdir -p "$apt"/{lists/partial,cache/archives/partial,packages} "$folder"
    echo "deb $mirror $suite main" >"$apt/sources.list"
    newer_apt update || continue
    (cd "$apt/packages" && newer_apt download "$@") || continue
    find "$apt/packages" -name '*.deb' -exec dpkg-deb -x {} "$folder" \;
    rm -rf "$apt"
    "$check" >&2 && return
  done
  die "none of Debian's suites ($suites) has a version that works here: $*"
}

# apt with its own lists, so that the newer suite never shows in the machine's apt. Signatures are checked as usual;
# the expiry date is not, because mirrors that lag by days are common and a test needs nothing of today.
newer_apt() {
  apt-get -qq -o Dir::Etc::SourceList="$state/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$state/apt/lists" -o Dir::Cache="$state/apt/cache" -o APT::Sandbox::User=root \
    -o Acquire::Check-Valid-Until=false "$@"
}

# The mirror and the suite's name are the machine's own.
debian_mirror() {
  local suite
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # shellcheck disable=SC2016 # apt expands these
  apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v suite="$suite" '$2 == suite && $3 == "main" { print $1; exit }'
}
