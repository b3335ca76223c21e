#!/usr/bin/env bash
# Tests an archive of build.sh in an empty root that holds glibc, the unpacked archive and nothing else: no shell, no Python, no other
# library. Ends with 0 where everything was as expected, else with one line that says what was not. About two minutes.
#
#   Scripts/dist/test.sh ARCHIVE
#
#   HOLDFAST_MODELS   where the real model is, or is fetched to; models
#
# Needs namespaces: root, or an unprivileged `unshare -r`. Mounts are made in a namespace of their own and are gone with it.
set -euo pipefail

say() { echo "dist test: $1" >&2; }
die() { say "$1"; exit "${2:-1}"; }

# Inside, with mounts of our own: the program's folder is at $program, a user's at /home/user.
inside() { # work folder, version, uid of the user (0 where there is but one)
  work=$1 root=$1/root version=$2 user=$3 program=/opt/holdfast-$2
  for device in null urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device" || die "/dev/$device cannot be mounted"
  done
  mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc" || die "/proc cannot be mounted"

  local tested=0
  # Runs the program with an empty environment in a folder of the root. Its output goes to the file "out".
  expect() { # what, expected exit code, uid, folder, a pattern for a line of the output, arguments...
    local what=$1 wanted=$2 uid=$3 folder=$4 pattern=$5 code=0 identity=()
    shift 5
    [ "$uid" = 0 ] || identity=("--setuid=$uid" "--setgid=$uid")
    env -i "$(command -v unshare)" --root="$root" --wd="$folder" "${identity[@]}" \
      "$program/bin/holdfast" "$@" >"$work/out" 2>&1 </dev/null || code=$?
    sed 's/^/    /' "$work/out" >&2
    [ "$code" = "$wanted" ] || die "$what: exit code $code, expected $wanted: holdfast $*"
    grep -E -e "$pattern" "$work/out" >/dev/null || die "$what: no line of the output matches '$pattern': holdfast $*"
    tested=$((tested + 1))
    say "$what: as expected"
  }

  expect "version" 0 0 / "^$version\$" --version
  expect "doctor finds OpenBLAS" 0 0 "$program" '^OpenBLAS +[A-Za-z]+, [0-9.]+ GFLOP/s$' doctor
  expect "suites and configuration" 0 0 "$program" . validate
  expect "fetch says that Python is missing" 2 0 "$program" '^holdfast: error: python3: .*install Python 3' \
    fetch smollm2-135m-instruct
  # As the README says it: in the program's folder, everything as it was unpacked.
  ln "$root/home/user/models/smollm2-135m-instruct.gguf" "$root$program/models/"
  expect "a run of the smoke suite" 0 0 "$program" . run --suite suites/smoke
  rm -rf "$root$program/.holdfast"

  # A user who may not write there. Where there is but one user the folder is mounted read-only.
  if [ "$user" = 0 ]; then
    mount --bind "$root$program" "$root$program"
    mount -o remount,bind,ro "$root$program" || die "the program's folder cannot be made read-only"
  fi
  local gate=(gate --candidate models/smollm2-135m-instruct.gguf --share 3/8)
  expect "a folder that cannot be written is named" 2 "$user" "$program" "^holdfast: error: $program/\.holdfast" "${gate[@]}"
  expect "the base passes against its own baseline, from another folder" 0 "$user" /home/user '^PASS' "${gate[@]}"
  for file in .holdfast/ledger.sqlite reports/report.html reports/report.json; do
    [ -s "$root/home/user/$file" ] || die "the gate did not write $file beside the user's holdfast.yaml"
  done
  [ ! -e "$root$program/.holdfast" ] || die "the gate wrote into the program's folder"
  say "$tested runs, all as expected"
}

if [ "${1:-}" = --inside ]; then
  shift
  inside "$@"
  exit 0
fi

[ $# -eq 1 ] || die "usage: Scripts/dist/test.sh ARCHIVE" 2
[ -f "$1" ] || die "$1: no such archive; Scripts/dist/build.sh makes it" 2
archive=$(realpath "$1")
version=$(basename "$archive" | sed -n 's/^holdfast-\(.*\)-linux-x86_64\.tar\.gz$/\1/p')
[ -n "$version" ] || die "$1: not named holdfast-VERSION-linux-x86_64.tar.gz" 2
repository=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")

# Root may take another user's number; one who is root only in a namespace of its own may not.
user=65534
namespaces=(--mount --pid --fork --kill-child)
if [ "$(id -u)" -ne 0 ]; then
  user=0
  namespaces+=(--user --map-root-user)
fi
unshare "${namespaces[@]}" true 2>/dev/null \
  || die "no namespaces here: run it as root (in a container: with CAP_SYS_ADMIN), or where 'unshare -r' is allowed" 2

(cd "$(dirname "$archive")" && sha256sum --check --quiet "$(basename "$archive").sha256" >&2) || die "$1: its .sha256 does not agree"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{dev,proc,tmp,opt,lib64,home/user/models}
tar --extract --gzip --no-same-owner --file "$archive" --directory "$root/opt" || die "$1: cannot be unpacked"
program=/opt/holdfast-$version
[ -x "$root$program/bin/holdfast" ] || die "$1: has no holdfast-$version/bin/holdfast"
mkdir "$root$program/models"

# glibc, under the paths that its loader was built with.
system=$(dirname "$(ldd "$root$program/bin/holdfast" | awk '$1 == "libc.so.6" { print $3 }')")
mkdir -p "$root$system"
for library in libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2 librt.so.1 libresolv.so.2 libutil.so.1; do
  cp -L "$system/$library" "$root$system/" || die "$system/$library, a part of glibc, is missing here"
done
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"

# The one part that needs Python: the real model is fetched out here.
model=$(HOLDFAST_MODELS=${HOLDFAST_MODELS:-$repository/models} "$root$program/bin/holdfast" fetch smollm2-135m-instruct) \
  || die "the real model could not be fetched"
cp "$model" "$root/home/user/models/"

# A user's own folder, with the configuration of the archive's README.
sed -n '/^base: /,/^```$/p' "$root$program/README.md" | sed '/^```$/d' >"$root/home/user/holdfast.yaml"
# The temporary folder is its maker's alone, and the user must pass through it.
chmod 755 "$work" "$root"
[ "$user" = 0 ] || chown -R "$user:$user" "$root/home/user"

# Not exec: the root is removed out here, where its mounts are not.
unshare "${namespaces[@]}" "$BASH" "${BASH_SOURCE[0]}" --inside "$work" "$version" "$user"

# As CI runs it: out here, with what gate.sh needs on the PATH and nothing else. The ledger has the answers.
mkdir "$work/tools"
for tool in bash env mktemp rm mkdir mkfifo tee od tr wc cat head sed grep dirname basename; do
  ln -s "$(command -v "$tool")" "$work/tools/"
done
ln -s "$(python3 -c 'import sys; print(sys.executable)')" "$work/tools/python3"
code=0
(cd "$root/home/user" && env -i PATH="$work/tools" GITHUB_ACTIONS=true GITHUB_OUTPUT="$work/outputs" "$root$program/Scripts/ci/gate.sh" \
  models/smollm2-135m-instruct.gguf -- --share 3/8) >"$work/out" 2>&1 </dev/null || code=$?
sed 's/^/    /' "$work/out" >&2
[ "$code" = 0 ] || die "gate.sh without Swift: exit code $code, expected 0"
grep -qx 'verdict=pass' "$work/outputs" || die "gate.sh without Swift: its verdict is not pass"
say "gate.sh without Swift: as expected"
