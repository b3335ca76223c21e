#!/usr/bin/env bash
# Installs what Holdfast needs and this machine lacks. Silent where nothing is missing.
set -euo pipefail

minimum=6.2

if ! command -v swift >/dev/null 2>&1; then
  echo "setup: the Swift toolchain is missing. Install Swift $minimum or newer from swift.org/install and run this again." >&2
  exit 2
fi
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' | head -n 1)
if [ -z "$version" ] || [ "$(printf '%s\n%s\n' "$minimum" "$version" | sort -V | head -n 1)" != "$minimum" ]; then
  echo "setup: Swift ${version:-of unknown version} is too old. Install Swift $minimum or newer from swift.org/install." >&2
  exit 2
fi

[ "$(uname -s)" = Linux ] || exit 0

missing=()
has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || [ -e "/usr/lib/x86_64-linux-gnu/$1" ]; }
has_library libopenblas.so.0 || missing+=(libopenblas-dev)
[ -e /usr/include/sqlite3.h ] || missing+=(libsqlite3-dev)
[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
[ -e /usr/include/zstd.h ] || missing+=(libzstd-dev)
command -v python3 >/dev/null 2>&1 || missing+=(python3)
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null 2>&1; then
  echo "setup: install these with your package manager (Debian's names): ${missing[*]}" >&2
  exit 2
fi
root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 || { echo "setup: run 'apt-get install ${missing[*]}' as root" >&2; exit 2; }
  root=(sudo)
fi
echo "setup: installing ${missing[*]}"
log=$(mktemp)
if ! { "${root[@]}" apt-get update -qq && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 5 "$log" >&2
  echo "setup: apt-get could not install ${missing[*]} (whole log: $log)" >&2
  exit 2
fi
rm -f "$log"
