#!/usr/bin/env bash
# Makes all that a release consists of, tested, in dist/: the archive, of it the wheel and the image, and a SHA-256 beside each.
# Publishes nothing: it prints the commands that do.
#
#   OWNER=NAME Scripts/dist/release.sh
#
#   OWNER                   who keeps the repository on GitHub; stands in place of OWNER in the documents that are packed
#   HOLDFAST_DIST_PROGRAM   and what else build.sh reads
#   HOLDFAST_DIST_TEST      'no' leaves the tests of archive and wheel out, which take three minutes
#
# The image is made where docker is there and its daemon answers; else it is said that there is none.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
say() { echo "release: $1" >&2; }
die() { say "$1"; exit 2; }

[ -n "${OWNER:-}" ] || die "whose release is it? make release OWNER=NAME, the owner of the repository on GitHub"
[[ $OWNER =~ ^[A-Za-z0-9]([A-Za-z0-9-]{0,37}[A-Za-z0-9])?$ ]] ||
  die "OWNER is '${OWNER//[[:cntrl:]]/?}'; a name of GitHub's has up to 39 letters, digits and hyphens within"
case ${HOLDFAST_DIST_TEST:-yes} in yes | no) ;; *) die "HOLDFAST_DIST_TEST is '$HOLDFAST_DIST_TEST'; it is yes or no" ;; esac

changed=$(git status --porcelain -- Package.swift Sources suites baselines)
[ -z "$changed" ] || say "not committed, so no commit's action will take this release: $(head -n 1 <<<"$changed")"

archive=$(HOLDFAST_OWNER=$OWNER Scripts/dist/build.sh)
version=$(basename "$archive" | sed -n 's/^holdfast-\(.*\)-linux-x86_64\.tar\.gz$/\1/p')
wheel=$(Scripts/dist/wheel.py "$archive")
if [ "${HOLDFAST_DIST_TEST:-yes}" = yes ]; then
  Scripts/dist/test.sh "$archive"
  Scripts/dist/test_wheel.sh "$wheel"
fi

image=ghcr.io/${OWNER,,}/holdfast:$version
if ! command -v docker >/dev/null 2>&1; then
  image='' no_image="docker is not here"
elif ! docker info >/dev/null 2>&1; then
  image='' no_image="docker is here, but its daemon does not answer"
else
  docker build --build-arg "VERSION=$version" --label "org.opencontainers.image.source=https://github.com/$OWNER/holdfast" \
    --tag "$image" . >&2
  [ "$(docker run --rm "$image" --version)" = "$version" ] || { say "the image's program does not say that it is $version"; exit 1; }
  saved=dist/holdfast-$version-image-linux-x86_64.tar.gz
  docker save "$image" | gzip -n >"$saved"
  (cd dist && sha256sum "$(basename "$saved")" >"$(basename "$saved").sha256")
fi

made=("$archive" "$wheel" ${saved:+"$saved"})
for file in "${made[@]}"; do cat "$file.sha256"; done
echo
build="docker build --build-arg VERSION=$version -t ghcr.io/${OWNER,,}/holdfast:$version ."
[ -n "$image" ] || echo "No image: $no_image. Where it is: $build"
echo "To publish, from a commit that is pushed:"
echo "  git tag v$version && git push origin v$version"
echo "  gh release create v$version --repo $OWNER/holdfast --title 'Holdfast $version' ${made[*]/%/*}"
[ -z "$image" ] || echo "  docker push $image"
echo "In a workflow then (examples/ci in the archive has more, and the name in it):"
echo "  - uses: $OWNER/holdfast@v$version"
echo "    with:"
echo "      candidate: out/my-adapter"
