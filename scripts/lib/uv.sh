# uv, the installer of Python packages: the one on PATH, or one of our own.
# shellcheck shell=bash

TOOLS="$CACHE/tools"
UV=""

# A small environment made with whatever Python the machine has.
ensure_tools() {
  if [ -x "$TOOLS/bin/python" ] && "$TOOLS/bin/python" -m pip --version >/dev/null 2>&1; then return 0; fi
  local python
  python=$(command -v python3) || die "no python3 on this machine: install Python 3.11 or later"
  say "creating a small environment for uv ($("$python" --version 2>&1))"
  rm -rf "$TOOLS"
  if ! quietly "$python" -m venv "$TOOLS" 2>/dev/null; then
    say "python3-venv is missing: installing it"
    install_package python3-venv || die "install the package python3-venv, then try again"
    rm -rf "$TOOLS"
    quietly "$python" -m venv "$TOOLS" || die "python3 -m venv does not work on this machine"
  fi
}

install_tool() {
  ensure_tools
  say "installing $1"
  quietly "$TOOLS/bin/python" -m pip install --disable-pip-version-check "$1" || die "$1 could not be installed"
}

ensure_uv() {
  if [ -n "$UV" ]; then return 0; fi
  if command -v uv >/dev/null 2>&1; then
    UV=$(command -v uv)
  else
    [ -x "$TOOLS/bin/uv" ] || install_tool uv
    UV="$TOOLS/bin/uv"
  fi
  # uv does not read pip's settings: hand over an index that the machine is set up with.
  if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    local index="${PIP_INDEX_URL:-}"
    if [ -z "$index" ] && [ -x "$TOOLS/bin/python" ]; then
      index=$("$TOOLS/bin/python" -m pip config get global.index-url 2>/dev/null || true)
    fi
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi
  fi
  if [ -z "${SSL_CERT_FILE:-}" ] && [ -n "${PIP_CERT:-}" ] && [ -f "$PIP_CERT" ]; then
    export SSL_CERT_FILE="$PIP_CERT"
  fi
  # Where there is no cache folder of the user's, uv would look for one in vain.
  case "$(user_cache)" in "$CACHE"/*) export UV_CACHE_DIR="${UV_CACHE_DIR:-$CACHE/uv}" ;; esac
  # Checkout and uv's cache are often on different file systems: a copy is not worth a warning.
  export UV_LINK_MODE="${UV_LINK_MODE:-copy}" UV_PYTHON_DOWNLOADS="${UV_PYTHON_DOWNLOADS:-manual}"
}
