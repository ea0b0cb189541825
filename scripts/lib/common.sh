# Shared by every script: where things are, and how progress is told.
# shellcheck shell=bash

set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
CACHE="$ROOT/.cache"
VENV_TEST="$ROOT/.venv"
VENV_E2E="$ROOT/.venv-2026.11"
STARTED=$SECONDS

# Kept outside the checkout, so that a second clone does not download it again.
user_cache() {
  local base="${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}"
  if [ -n "$base" ] && mkdir -p "$base/elfe-commande" 2>/dev/null && [ -w "$base/elfe-commande" ]; then
    printf '%s\n' "$base/elfe-commande"
  else
    mkdir -p "$CACHE/shared"
    printf '%s\n' "$CACHE/shared"
  fi
}

say() { printf '[%3d s] %s\n' "$((SECONDS - STARTED))" "$*" >&2; }
warn() { printf '[%3d s] warning: %s\n' "$((SECONDS - STARTED))" "$*" >&2; }
die() {
  printf '[%3d s] error: %s\n' "$((SECONDS - STARTED))" "$*" >&2
  exit 1
}

# Run a command quietly; show all it said only when it fails.
quietly() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
  else
    local code=$?
    sed 's/^/    /' "$log" >&2
    rm -f "$log"
    return "$code"
  fi
}

# Hold a lock while the given command runs: two scripts may be started at once.
locked() {
  local lock=$1
  shift
  mkdir -p "$(dirname "$lock")"
  if command -v flock >/dev/null 2>&1; then
    (
      if ! flock --nonblock 9; then
        say "waiting for another set-up to finish"
        flock 9
      fi
      "$@"
    ) 9>"$lock"
  else
    "$@"
  fi
}

# Print the header comment of a script as its help text.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$1"; }
