#!/usr/bin/env bash
# Makes dist/holdfast-VERSION-linux-x86_64.tar.gz, and its SHA-256 beside it: the program, the libraries that it loads besides
# glibc, suites, baselines, recipes, documentation, and what CI needs. The wheel and the image are made of this archive. Prints the
# archive's path; all else goes to standard error.
#
#   Scripts/dist/build.sh
#
#   HOLDFAST_DIST_PROGRAM   a program that was built as here, of the sources here: nothing is built then
#   HOLDFAST_DIST_BUILD     the build folder; .build-dist. Its own: linked statically, it shares nothing with .build
#   HOLDFAST_OWNER          who stands in place of OWNER where the documents say whose repository it is
#   SOURCE_DATE_EPOCH       the files' time, in seconds since 1970; the commit's by default
#
# Linked into the program: Swift's runtime and Foundation, SQLite, zlib, libzstd, libstdc++, libgcc. In lib/: OpenBLAS, which reads its settings when
# it is loaded (COpenBLAS sets them before), and what it needs. The program's RPATH finds lib/ wherever the archive was unpacked.
# The same sources, build folder and system packages make the same bytes.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=$(realpath -m "${HOLDFAST_DIST_BUILD:-.build-dist}")
system=/usr/lib/x86_64-linux-gnu
# glibc's own libraries, which every machine has; the archive must not bring them.
glibc=' libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2 librt.so.1 libresolv.so.2 libutil.so.1 ld-linux-x86-64.so.2 '

say() { echo "dist: $1" >&2; }
die() { say "$1"; exit 2; }

owner=${HOLDFAST_OWNER:-}
[ -z "$owner" ] || [[ $owner =~ ^[A-Za-z0-9]([A-Za-z0-9-]{0,37}[A-Za-z0-9])?$ ]] || die "HOLDFAST_OWNER is '$owner', which is no name of GitHub's"
program=${HOLDFAST_DIST_PROGRAM:-}
[ -z "$program" ] || [ -x "$program" ] || die "HOLDFAST_DIST_PROGRAM: $program is no program"
[ "$(uname -sm)" = 'Linux x86_64' ] || die "this is $(uname -sm); the archive is made on Linux x86_64"
for tool in git swift strip readelf sha256sum dpkg; do
  command -v "$tool" >/dev/null 2>&1 || die "$tool is missing; install git, binutils and Swift on a Debian or Ubuntu"
done

[ -n "$program" ] || Scripts/setup.sh >&2

# Build. The linker takes the first lib*.a or lib*.so of a name, so a folder with the static ones alone stands before all others.
first_file() { # what it is, paths...
  local what=$1 path
  shift
  for path in "$@"; do [ ! -e "$path" ] || { echo "$path"; return; }; done
  die "$what is missing; 'make setup' installs libsqlite3-dev, zlib1g-dev and libzstd-dev, and Swift's own packages hold libstdc++"
}
mapfile -t gcc < <(printf '%s\n' /usr/lib/gcc/x86_64-linux-gnu/*/ | sort -rV)
sqlite=$(first_file libsqlite3.a "$system/libsqlite3.a")
zlib=$(first_file libz.a "$system/libz.a")
zstd=$(first_file libzstd.a "$system/libzstd.a")
stdcxx=$(first_file libstdc++.a "${gcc[@]/%/libstdc++.a}")
# shellcheck disable=SC2016  # the loader expands it
origin='$ORIGIN/../lib'
if [ -z "$program" ]; then
  static=$build/static-libraries
  rm -rf "$static" && mkdir -p "$static"
  ln -s "$sqlite" "$zlib" "$zstd" "$stdcxx" "$static/"
  # RPATH and not RUNPATH: it also holds for what OpenBLAS loads.
  swift build -c release --static-swift-stdlib --product holdfast --build-path "$build" --disable-local-rpath \
    -Xswiftc "-L$static" -Xswiftc -Xclang-linker -Xswiftc -static-libgcc \
    -Xlinker -rpath -Xlinker "$origin" -Xlinker --disable-new-dtags >&2
  program=$build/release/holdfast
fi
program=$(readlink -f "$program")
version=$("$program" --version)
name=holdfast-$version

# Stage.
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
top=$stage/$name
mkdir -p "$top/bin" "$top/lib" "$top/LICENSES" dist
strip -o "$top/bin/holdfast" "$program"
# What is committed, as it is in the working tree: nothing that lies about.
git ls-files -z -- suites baselines recipes docs reports CHANGELOG.md SECURITY.md examples | xargs -0 cp --parents -t "$top"
cp --parents Scripts/ci/{gate.sh,annotations.py,comment.py,gather.py} "$top"
cp holdfast.yaml LICENSE "$top/"
Scripts/ci/action.sh sources >"$top/SOURCES"

# OpenBLAS and what it needs, under the names by which they are loaded.
openblas=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p | awk '$1 == "libopenblas.so.0" && /x86-64/ && !found++ { print $NF }')
[ -n "$openblas" ] || die "libopenblas.so.0 is missing; run 'make setup'"
bundled=("libopenblas.so.0=$openblas")
while read -r soname path; do
  [[ $glibc == *" $soname "* ]] || bundled+=("$soname=$path")
done < <(ldd "$openblas" | awk '$2 == "=>" { print $1, $3 }')
for library in "${bundled[@]}"; do
  [ -e "${library#*=}" ] || die "${library%%=*}, which OpenBLAS needs, is missing; run 'make setup'"
  strip --strip-unneeded -o "$top/lib/${library%%=*}" "$(readlink -f "${library#*=}")"
done

# Licences: Debian's own record for what comes from its packages, and the texts of what is linked in.
copyright() { # a file of a Debian package
  local file package record
  file=$(readlink -f "$1")
  # A package lists its files as they were before /lib became a link into /usr.
  package=$( (dpkg -S "$file" || dpkg -S "${file#/usr}") 2>/dev/null | head -n 1 | cut -d : -f 1) || :
  [ -n "$package" ] || die "$file belongs to no Debian package, so its licence is not known"
  record=$(readlink -f "/usr/share/doc/$package/copyright")
  [ -f "$record" ] || die "/usr/share/doc/$package/copyright is missing, and the archive must hold that licence"
  cp "$record" "$top/LICENSES/$(basename "$(dirname "$record")").txt"
  echo "| $(basename "$1") | $package $(dpkg-query -W -f '${Version}' "$package") | $(basename "$(dirname "$record")").txt |"
}
{
  cat Scripts/dist/licences/README.md
  for library in "${bundled[@]}"; do copyright "${library#*=}"; done
  for library in "$sqlite" "$zlib" "$zstd" "$stdcxx" "${stdcxx%/*}/libgcc.a"; do copyright "$library"; done
  for checkout in "$build"/checkouts/*/; do
    package=$(basename "$checkout")
    cat "$checkout"LICENSE* >"$top/LICENSES/$package.txt"
    [ ! -e "$checkout/NOTICE.txt" ] || cat "$checkout/NOTICE.txt" >>"$top/LICENSES/$package.txt"
    echo "| $package | $(git -C "$checkout" describe --tags --always) | $package.txt |"
  done
} >"$top/LICENSES/README.md"
cp Scripts/dist/licences/*.txt "$top/LICENSES/"
cp "$(dirname "$(readlink -f "$(command -v swift)")")/../share/swift/LICENSE.txt" "$top/LICENSES/swift.txt"
cp /usr/share/common-licenses/{GPL-3,LGPL-2.1} "$top/LICENSES/"

# Nothing but glibc may be asked of the machine, and the newest symbol version says which glibc.
binaries=("$top/bin/holdfast" "$top"/lib/*)
for binary in "${binaries[@]}"; do
  for needed in $(readelf -d "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    [[ $glibc == *" $needed "* ]] || [ -e "$top/lib/$needed" ] \
      || die "$(basename "$binary") needs $needed, which is neither glibc's nor in the archive"
  done
done
readelf -d "$top/bin/holdfast" | grep -F "Library rpath: [$origin]" >/dev/null \
  || die "the program does not look for libraries in lib/"
least=$(readelf -V "${binaries[@]}" | grep -oE 'GLIBC_2\.[0-9]+' | sort -uV | tail -n 1)
sed "s/@VERSION@/$version/g; s/@GLIBC@/${least#GLIBC_}/g" Scripts/dist/README.md >"$top/README.md"

# Whose it is, and which version, in what people copy.
named='(holdfast(@v|/releases/download/v|:|-)|HOLDFAST_VERSION *[:=] *.?)[0-9]+\.[0-9]+\.[0-9]+'
stale=$(grep -rnoE "$named" "$top/README.md" "$top/examples" | grep -vE "[^0-9.]${version//./\\.}\$" | head -n 1) || :
[ -z "$stale" ] || die "${stale#"$top/"} is there, and the program's version is $version"
if [ -n "$owner" ]; then
  grep -rlZ '\bOWNER/' "$top/README.md" "$top/examples" "$top/docs" |
    xargs -0r sed -i "s|ghcr\.io/OWNER/|ghcr.io/${owner,,}/|g; s|\bOWNER/|$owner/|g"
fi

# Pack: the same order, times, owners and modes everywhere.
archive=dist/$name-linux-x86_64.tar.gz
tar --create --directory "$stage" --format=gnu --sort=name --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" \
  --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' "$name" | gzip -9 -n >"$archive"
(cd dist && sha256sum "$(basename "$archive")" >"$(basename "$archive").sha256")
say "$archive: $(du -h "$archive" | cut -f 1), $(du -sh "$top" | cut -f 1) unpacked, needs ${least/_/ }"
echo "$archive"
