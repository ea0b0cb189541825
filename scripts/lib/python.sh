# Python 3.14.2 or later, which Home Assistant 2026.10 requires. In this order:
# the machine's own, one that an earlier run put aside, uv's, Debian testing's.
# shellcheck shell=bash

PYTHON=""
PYTHON_PREFIX=""

is_good_python() {
  [ -x "$1" ] && "$1" -c 'import sys, ssl, sqlite3, ctypes; sys.exit(sys.version_info < (3, 14, 2))' >/dev/null 2>&1
}

find_python() {
  local candidate
  PYTHON_PREFIX="$(user_cache)/python3.14"
  if candidate=$(command -v python3.14) && is_good_python "$candidate"; then
    PYTHON=$candidate
  elif is_good_python "$PYTHON_PREFIX/usr/bin/python3.14"; then
    PYTHON="$PYTHON_PREFIX/usr/bin/python3.14"
  elif candidate=$("$UV" python find --no-project '>=3.14.2,<3.15' 2>/dev/null) && is_good_python "$candidate"; then
    PYTHON=$candidate
  else
    return 1
  fi
}

ensure_python() {
  if [ -n "$PYTHON" ]; then return 0; fi
  ensure_uv
  if ! find_python; then
    locked "$(user_cache)/python.lock" obtain_python
    find_python || die "no Python 3.14.2 or later could be had: install python3.14 and try again"
  fi
  say "Python: $("$PYTHON" --version 2>&1)"
}

obtain_python() {
  if find_python; then return 0; fi
  say "no Python 3.14 here: asking uv for one"
  if UV_HTTP_TIMEOUT=20 quietly_bounded 300 "$UV" python install --no-bin 3.14 && find_python; then return 0; fi
  say "uv has none within reach: taking the packages of Debian testing"
  unpack_debian_python || die "Python 3.14 could not be unpacked from Debian's packages"
}

# A network that answers nothing must not hold us: bounded, few tries, no noise.
quietly_bounded() {
  local seconds=$1
  shift
  UV_HTTP_RETRIES=0 timeout "$seconds" "$@" >/dev/null 2>&1
}

# The mirror that this machine already uses for Debian itself.
debian_mirror() {
  local mirror
  mirror=$(
    {
      sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
      sed -nE 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' \
        /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true
    } | tr ' ' '\n' | grep -E '^(https?|file|copy|mirror\+[a-z]+):.*/debian/?$' | head -n 1
  ) || true
  printf '%s\n' "${mirror:-http://deb.debian.org/debian}"
}

# Nothing is installed: packages are downloaded with an apt configuration of its
# own, unpacked in a folder, and the interpreter told to use the libraries there.
unpack_debian_python() {
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg tool
  for tool in apt-get dpkg; do
    command -v "$tool" >/dev/null 2>&1 || die "neither uv nor apt can provide Python 3.14 here: install it by hand"
  done
  [ -f "$keyring" ] || install_package debian-archive-keyring || die "Debian's keyring is missing ($keyring)"

  local work architecture triplet
  architecture=$(dpkg --print-architecture)
  case "$architecture" in
    amd64) triplet=x86_64-linux-gnu ;;
    arm64) triplet=aarch64-linux-gnu ;;
    *) die "no recipe for Debian's Python on $architecture: install python3.14 by hand" ;;
  esac
  mkdir -p "$(dirname "$PYTHON_PREFIX")"
  work=$(mktemp -d "$PYTHON_PREFIX.XXXXXX")
  # shellcheck disable=SC2064
  trap "rm -rf '$work'" EXIT
  # apt drops its rights to download; the folder must be readable for that user.
  chmod 755 "$work"
  mkdir -p "$work"/{lists/partial,archives/partial,sources,prefix}
  : >"$work/status"
  cat >"$work/sources/testing.sources" <<SOURCES
Types: deb
URIs: $(debian_mirror)
Suites: forky
Components: main
Architectures: $architecture
Signed-By: $keyring
SOURCES
  local apt=(apt-get -y
    -o Dir::State="$work" -o Dir::State::Lists="$work/lists" -o Dir::State::status="$work/status"
    -o Dir::Cache="$work" -o Dir::Cache::Archives="$work/archives"
    -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources"
    -o APT::Install-Recommends=0 -o APT::Architecture="$architecture" -o Acquire::Languages=none
    -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1)
  say "  reading the list of packages"
  quietly "${apt[@]}" update || return 1
  say "  downloading"
  quietly "${apt[@]}" --download-only install python3.14 python3.14-venv libpython3.14-dev || return 1

  say "  unpacking"
  local pattern package
  for pattern in libc6 libgcc-s1 'libpython3.14*' 'python3.14*' libssl3t64 libsqlite3-0 libffi8 libexpat1 zlib1g \
    libbz2-1.0 liblzma5 libncursesw6 libtinfo6 libreadline8t64 libuuid1 libzstd1; do
    # shellcheck disable=SC2231
    for package in "$work"/archives/$pattern[_]*.deb; do
      [ -f "$package" ] || continue
      quietly dpkg -x "$package" "$work/prefix" || return 1
    done
  done

  [ -x "$TOOLS/bin/patchelf" ] || install_tool patchelf
  local loader
  loader=$(cd "$work/prefix" && find usr/lib -name 'ld-linux*.so.*' | head -n 1)
  [ -n "$loader" ] || return 1
  "$TOOLS/bin/patchelf" --set-interpreter "$PYTHON_PREFIX/$loader" --force-rpath \
    --set-rpath "$PYTHON_PREFIX/usr/lib/$triplet" "$work/prefix/usr/bin/python3.14" || return 1
  # Where pyconfig.h looks for the part that depends on the machine.
  ln -sfn "../$triplet" "$work/prefix/usr/include/python3.14/$triplet"

  rm -rf "$PYTHON_PREFIX"
  mv "$work/prefix" "$PYTHON_PREFIX"
  is_good_python "$PYTHON_PREFIX/usr/bin/python3.14"
}
