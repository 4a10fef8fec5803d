# Shared by the scripts beside it: where the project is, how we speak, which Rust and Node we use.
# shellcheck shell=bash

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
VAR="$ROOT/var"
# shellcheck disable=SC2034  # Used by the scripts that read this file.
BIN="${CARGO_TARGET_DIR:-$ROOT/target}/debug"
NODE_HOME="$VAR/tools/node"

RUST_NEEDED=1.95
# Vite 8 needs 20.19 or 22.12; the odd releases between them lack what it uses.
NODE_NEEDED=20.19

say() { printf '邻里 · %s\n' "$*"; }
die() {
  printf '邻里 · ✗ %s\n' "$*" >&2
  exit 1
}

# at_least FOUND NEEDED: is the version FOUND the same as or newer than NEEDED?
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# The version a compiler or Node tells, or nothing; or_none puts it in a sentence.
rust_version() { "$1" --version 2>/dev/null | awk '{ print $2; exit }'; }
node_version() { "$1" --version 2>/dev/null | sed 's/^v//'; }
or_none() { printf '%s' "${1:-无 none}"; }

rust_is_new_enough() { # DIRECTORY, or nothing for the PATH
  local cargo="${1:+$1/}cargo" rustc="${1:+$1/}rustc" found
  command -v "$cargo" >/dev/null && command -v "$rustc" >/dev/null || return 1
  # Both are asked: a new rustc beside an old cargo cannot read our manifests.
  for found in "$(rust_version "$cargo")" "$(rust_version "$rustc")"; do
    [ -n "$found" ] && at_least "$found" "$RUST_NEEDED" || return 1
  done
}

node_is_new_enough() { # DIRECTORY, or nothing for the PATH
  local node="${1:+$1/}node" npm="${1:+$1/}npm" found
  command -v "$node" >/dev/null && command -v "$npm" >/dev/null || return 1
  found="$(node_version "$node")"
  case "$found" in
    '') return 1 ;;
    20.*) at_least "$found" "$NODE_NEEDED" ;;
    21.*) return 1 ;;
    *) at_least "$found" 22.12 ;;
  esac
}

# Puts the Rust and the Node we use first on the PATH. Prefers what the person already has.
use_tools() {
  if ! rust_is_new_enough && rust_is_new_enough /usr/bin; then PATH="/usr/bin:$PATH"; fi
  # Last, so that Debian's older Node in /usr/bin does not come before it.
  if ! node_is_new_enough && node_is_new_enough "$NODE_HOME/node_modules/.bin"; then
    PATH="$NODE_HOME/node_modules/.bin:$PATH"
  fi
  export PATH
}

# The processes that listen on a TCP port of this machine, as "name (pid)"; empty when it is free.
# Read from /proc, because neither ss nor lsof is on every Debian.
who_listens_on() {
  local hex inodes inode pid fd
  hex="$(printf '%04X' "$1")"
  inodes="$(awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u)"
  for inode in $inodes; do
    for fd in /proc/[0-9]*/fd/*; do
      if [ "$(readlink "$fd" 2>/dev/null)" = "socket:[$inode]" ]; then
        pid="${fd#/proc/}"
        pid="${pid%%/*}"
        printf '%s (%s)\n' "$(cat "/proc/$pid/comm" 2>/dev/null)" "$pid"
        continue 2
      fi
    done
    # Somebody else's process: its files cannot be read, yet the port is taken.
    printf '另一用户的进程 a process of another user\n'
  done | sort -u
}

# What a `make run` that is going on wrote about itself: pid, relay, console.
running_value() { sed -n "s/^$1=//p" "$VAR/running" 2>/dev/null || true; }
# Its process, or nothing. The name is looked at too: after a power cut the number may belong to another program.
running_pid() {
  local pid
  pid="$(running_value pid)"
  if [ -n "$pid" ] && grep -qa 'scripts/run' "/proc/$pid/cmdline" 2>/dev/null; then printf '%s\n' "$pid"; fi
}
