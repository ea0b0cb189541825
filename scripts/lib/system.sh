# System packages: a broker, a browser, a compiler. Nothing here is fatal: what is missing
# makes tests skip, and the message says what to install.
# shellcheck shell=bash

# as_root <command...>: run it as root, or return 1 when we cannot be root.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif can_be_root; then
    sudo "$@"
  else
    return 1
  fi
}

can_be_root() {
  [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }
}

# find_program <name>: like command -v, but also looks where daemons are kept.
find_program() { PATH="$PATH:/usr/sbin:/usr/local/sbin:/sbin" command -v "$1"; }

has_any_program() {
  local name
  for name in "$@"; do
    if find_program "$name" >/dev/null; then return 0; fi
  done
  return 1
}

# need_program "<alternative programs>" "<package>" "<what for>"
need_program() {
  local programs=$1 package=$2 purpose=$3
  # shellcheck disable=SC2086
  if has_any_program $programs; then return 0; fi
  say "$package is missing: installing it for $purpose"
  if install_package "$package"; then
    hash -r
    # shellcheck disable=SC2086
    if has_any_program $programs; then return 0; fi
  fi
  warn "$package could not be installed; $purpose will be skipped or incomplete." \
    "To have it, install the package '$package' with your package manager, or run this script as root."
  return 1
}

install_package() {
  if command -v apt-get >/dev/null 2>&1 && can_be_root; then
    apt_install "$1"
  elif command -v dnf >/dev/null 2>&1 && can_be_root; then
    quietly as_root dnf --assumeyes install "$1"
  elif command -v pacman >/dev/null 2>&1 && can_be_root; then
    quietly as_root pacman --sync --noconfirm "$1"
  elif command -v brew >/dev/null 2>&1; then
    quietly brew install "$1"
  else
    return 1
  fi
}

# Waits up to five minutes for another package installation to end.
apt_install() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300
    -o APT::Install-Recommends=0)
  quietly as_root "${apt[@]}" install "$1" 2>/dev/null && return 0
  say "refreshing the package lists"
  quietly as_root "${apt[@]}" update || warn "the package lists could not all be refreshed"
  quietly as_root "${apt[@]}" install "$1"
}
