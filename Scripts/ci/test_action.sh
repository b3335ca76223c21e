# shellcheck shell=bash disable=SC2154,SC2034  # a part of test.sh, which has its helpers, its stand-in for holdfast and its counters
# Tests action.sh, comment.py, gather.py and action.yml, against a server on this machine that stands in for GitHub.

export no_proxy='*' NO_PROXY='*'
python=$(python3 -c 'import sys; print(sys.executable)')

# The server: files below "served", and as much of GitHub's API as a comment needs. "api" says how it behaves: ok, pat (the token is a
# user's), forbidden, or flaky (the first answer is a 502). Requests go to "requests", comments to "comments.json".
cat >server.py <<'PYTHON'
import http.server, json, os, re, sys

class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_): pass

    def answer(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def api(self):
        mode = open("api").read().strip()
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        with open("requests", "a") as file:
            print(self.command, self.path, self.headers.get("Authorization"), file=file)
        if mode == "flaky":
            open("api", "w").write("ok")
            return self.answer(502, {"message": "Bad gateway"})
        if self.path == "/api/user":
            return self.answer(200, {"login": "me"}) if mode == "pat" else self.answer(403, {"message": "Resource not accessible"})
        comments = json.load(open("comments.json"))
        user = {"login": "me", "type": "User"} if mode == "pat" else {"login": "github-actions[bot]", "type": "Bot"}
        listed = re.fullmatch(r"/api/repos/acme/models/issues/7/comments\?per_page=(\d+)&page=(\d+)", self.path)
        one = re.fullmatch(r"/api/repos/acme/models/issues/comments/(\d+)", self.path)
        if self.command == "GET" and listed:
            size, page = int(listed[1]), int(listed[2])
            return self.answer(200, comments[size * (page - 1) : size * page])
        if mode == "forbidden":
            return self.answer(403, {"message": "Resource not accessible by integration"})
        if self.command == "POST" and self.path == "/api/repos/acme/models/issues/7/comments":
            comments.append({"id": 1000 + len(comments), "user": user, "body": body["body"], "html_url": "https://github.com/new"})
        elif self.command == "PATCH" and one:
            next(c for c in comments if c["id"] == int(one[1]))["body"] = body["body"]
        else:
            return self.answer(404, {"message": "Not Found"})
        json.dump(comments, open("comments.json", "w"))
        self.answer(200, comments[-1])

    def do_GET(self):
        if self.path.startswith("/api/"): self.api()
        else: super().do_GET()

    do_POST = do_PATCH = api

    def translate_path(self, path):
        return os.path.join("served", path.split("?")[0].lstrip("/"))

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("port", "w").write(str(server.server_port))
server.serve_forever()
PYTHON
mkdir served
python3 server.py 2>server.log &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do
  [ ! -s port ] || break
  sleep 0.05
done
address=http://127.0.0.1:$(cat port)

# A copy of the action where GitHub's runner puts it, and an archive and a wheel of the stand-in as the release of the same sources.
action=$work/_actions/acme/holdfast/v9.9.9
mkdir -p "$action"/{Scripts,Sources/holdfast,suites/core,baselines}
cp -r "$here" "$action/Scripts/ci"
echo "// a package" >"$action/Package.swift"
echo 'let holdfastVersion = "9.9.9"' >"$action/Sources/holdfast/Holdfast.swift"
echo "a suite" >"$action/suites/core/suite.yaml"
echo "a baseline" >"$action/baselines/base.core.json"
top=holdfast-9.9.9
mkdir -p "packed/$top"/{bin,Scripts}
cp holdfast "packed/$top/bin/holdfast"
cp -r "$here" "packed/$top/Scripts/ci"
echo "a licence" >"packed/$top/LICENSE"
"$action/Scripts/ci/action.sh" sources >"packed/$top/SOURCES"
pack() { # folder for the archive
  mkdir -p "$1"
  tar -czf "$1/$top-linux-x86_64.tar.gz" -C packed "$top"
  (cd "$1" && sha256sum "$top-linux-x86_64.tar.gz" >"$top-linux-x86_64.tar.gz.sha256")
}
release=served/v9.9.9
pack "$release"
archive=$release/$top-linux-x86_64.tar.gz
wheel=$(python3 "$here/../dist/wheel.py" "$archive" 2>/dev/null)

# What an image without Swift has at the least.
mkdir -p tools
for tool in bash env mktemp rm mkdir mkfifo tee od tr wc cat head sed grep dirname basename cp cut uname tail tar gzip sha256sum find sort \
  xargs chmod; do
  ln -sf "$(command -v "$tool")" tools/
done
ln -sf "$python" tools/python3

# Runs the action's step that looks for a program, with what is set before it. The code is in $code, what it printed in "out".
place() {
  rm -rf output temporary
  : >output
  GITHUB_OUTPUT=$work/output RUNNER_TEMP=$work/temporary JOB=gate-0 "$action/Scripts/ci/action.sh" place >out 2>&1
  code=$?
}
of() { sed -n "s/^$1=//p" output; }
refused() { # what, line
  place
  check "$1: code" equal "$code" 2
  check "$1: one line" equal "$(cat out)" "::error title=Holdfast::$2"
}
runs() { equal "$("$(of program)" --version)" 9.9.9; }

case="a program that is named"
mkdir -p folder/bin && cp holdfast folder/bin/ && chmod -x folder/bin/holdfast
cp holdfast ./-odd
for BINARY in holdfast folder -odd "$archive" "$wheel" "$address/${archive#served/}" "$address/${archive#served/}?x=a/b#sha256=$(cut -c 1-64 "$archive.sha256")"; do
  export BINARY
  place
  check "$BINARY: code" equal "$code" 0
  check "$BINARY: runs" runs
  check "$BINARY: nothing is cached without a base" equal "$(of key)" ""
done
BINARY=folder place
check "where it is" equal "$(of program)" "$work/folder/bin/holdfast"
check "what is said" equal "$(cat out)" "holdfast 9.9.9, built already: $work/folder/bin/holdfast"
BINARY=folder BASE=smollm2 place
check "the model is cached" equal "$(of key) $(of models)" "holdfast-models-smollm2 $work/temporary/holdfast/models"
BINARY=folder BASE=smollm2 HOLDFAST_MODELS=mine place
check "but not in a folder of the user's" equal "$(of key) $(of models)" " mine"
check "the artifact's name" equal "$(of artifact)" holdfast-gate-0-reports

case="a program that is named and cannot be used"
BINARY=nothing refused "a path" "binary: nothing: no such file or folder"
mkdir -p empty
BINARY=empty refused "a folder" "binary: empty: the folder has no bin/holdfast"
echo "no archive" >bad.tar.gz
BINARY=bad.tar.gz place
check "an archive" equal "$code" 2
check "said of an archive" has out "::error title=Holdfast::binary: bad.tar.gz: "
BINARY=bad.whl
cp bad.tar.gz bad.whl
place
check "a wheel" equal "$code" 2
check "said of a wheel" has out "::error title=Holdfast::binary: bad.whl: "
printf '#!/bin/sh\necho "libc.so.6: version GLIBC_2.99 not found (100 %%)" >&2\nexit 1\n' >toonew && chmod +x toonew
BINARY=toonew refused "one that does not run" "binary: toonew: it does not run here: libc.so.6: version GLIBC_2.99 not found (100 %25)"
BINARY=http://example.org/a.tar.gz refused "another scheme" "binary: http://example.org/a.tar.gz: addresses begin with https://"
BINARY=$address/a.zip refused "another file" "binary: $address/a.zip is the address of neither a .tar.gz nor a .whl"
BINARY=$address/v9.9.9/$top-linux-x86_64.tar.gz#sha256=$(printf '%064d' 0) \
  refused "another digest" "binary: $address/v9.9.9/$top-linux-x86_64.tar.gz: its SHA-256 is another one"
BINARY=$address/v9.9.9/$top-linux-x86_64.tar.gz#sha256=12 \
  refused "no digest" "binary: $address/v9.9.9/$top-linux-x86_64.tar.gz: its SHA-256 is none"
BINARY=$address/none.tar.gz place
check "an address without a file" equal "$code" 2
check "is said" has out "::error title=Holdfast::binary: $address/none.tar.gz: "
BINARY=pip:--index-url=x refused "an option of pip's" "binary: 'pip:--index-url=x' names no package; such as pip:holdfast==0.1.0"
PIP_NO_INDEX=1 BINARY=pip:no-such-package==1 place
check "no such package" equal "$code" 2
check "pip's own words" has out "pip did not install it: ERROR: No matching distribution found for no-such-package==1"
BINARY=$'a\nprogram=b' refused "two lines" "binary and reports are one line each"
unset BINARY
PIP_NO_INDEX=1 PIP_FIND_LINKS=$work/$release BINARY=pip:holdfast==9.9.9 place
check "pip's index: code" equal "$code" 0
check "pip's index: runs" runs

case="inputs that are none"
ON_INCONCLUSIVE=never refused on-inconclusive "on-inconclusive is 'never'; it is one of: fail warn"
COMMENT=yes refused comment "comment is 'yes'; it is one of: true false"
CACHE=1 refused cache "cache is '1'; it is one of: true false"
RUNNER_OS=Windows refused "another system" "Holdfast runs on Linux runners, not on Windows"

case="a release of the action's version"
export GITHUB_SERVER_URL=$address
mkdir -p served/acme/holdfast/releases && ln -s ../../../ served/acme/holdfast/releases/download
place
check "is taken, by where the action is" equal "$code" 0
check "runs" runs
export RELEASES=$address
PATH=$work/tools place
check "is taken without curl and Swift" equal "$code" 0
check "runs too" runs
BASE=smollm2 place
check "the key" equal "$(of key)" holdfast-models-smollm2
echo changed >>"$action/suites/core/suite.yaml"
place
check "of other sources: code" equal "$code" 0
check "of other sources is not taken" equal "$(of program)|$(of why)" "|the release v9.9.9 is of other sources than this copy of the action"
check "there is a key then" test -n "$(of key)"
echo "a suite" >"$action/suites/core/suite.yaml"
cp "$archive.sha256" right
sed 's/^./x/' right >"$archive.sha256"
place
check "of another digest is not taken" equal "$code|$(of program)|$(of why)" "0||$address/v9.9.9/$top-linux-x86_64.tar.gz: its SHA-256 is none"
cp right "$archive.sha256"
cp toonew "packed/$top/bin/holdfast" && pack "$release"
place
check "that does not run is not taken" equal "$(of program)|$(of why)" \
  "|the release v9.9.9 does not run here: libc.so.6: version GLIBC_2.99 not found (100 %)"
cp holdfast "packed/$top/bin/holdfast" && pack "$release"
RELEASES=$address/none place
check "that is not there: code" equal "$code|$(of program)" "0|"
check "that is not there is said" has out "no program that is built already: $address/none/v9.9.9/$top-linux-x86_64.tar.gz is not there ("
why=$(of why)

case="a build, where there is nothing else"
mkdir -p swift && cp holdfast swift/swift
printf '#!/bin/sh\necho "make $*" >>%s/made\nmkdir -p .build/release && cp %s/holdfast .build/release/\n' "$work" "$work" >swift/make && chmod +x swift/make
build() { PATH=$1 WHY=$why "$action/Scripts/ci/action.sh" build "$work/cached" >out 2>&1; }
build "$work/tools"
check "no Swift: code" equal $? 2
check "no Swift is said, and what was looked for" equal "$(cat out)" \
  "::error title=Holdfast::no program, and no Swift to build one ($why): name one as 'binary'"
build "$work/swift:$PATH"
check "with Swift: code" equal $? 0
check "what was made" equal "$(cat made)" $'make setup\nmake build SWIFT_FLAGS=-c release --static-swift-stdlib'
check "suites are beside it" test -f cached/suites/core/suite.yaml -a -f cached/baselines/base.core.json -a -x cached/bin/holdfast
rm made
build "$work/tools"
check "from the cache no Swift is needed" equal "$?|$(cat out)" "0|holdfast 9.9.9, from the cache: $work/cached/bin/holdfast"
check "and nothing is made" test ! -e made

case="an unpacked archive on an image without Swift"
tar -xzf "$archive"
PATH=$work/tools place
rm -rf reports
HOLDFAST='' FAKE=fail GITHUB_ACTIONS=true PATH=$work/tools "$top/Scripts/ci/gate.sh" model >out 2>errors
check "code" equal $? 1
check "its own program" equal "$(annotations | head -n 1)" \
  "::error title=Holdfast FAIL%3A naive%3A a%2C b::FAIL: fell by 31.2 points (95 %25 interval%0D%0A29.4 to 32.9)"
check "nothing is missing" test ! -s errors
mv holdfast-9.9.9/bin/holdfast tools/holdfast
HOLDFAST='' FAKE=pass PATH=$work/tools "$top/Scripts/ci/gate.sh" model >out 2>errors
check "else the one on the PATH" equal $? 0
rm tools/holdfast
HOLDFAST='' FAKE=pass PATH=$work/tools "$top/Scripts/ci/gate.sh" model >out 2>errors
check "else none" equal $? 2

case="comment"
unset GITHUB_SERVER_URL RELEASES
rm -rf reports && mkdir reports && cp short.md reports/report.md
echo '{"verdict": "fail", "reason": "ci.json"}' >reports/ci.json
echo '{"pull_request": {"number": 7, "head": {"sha": "0123456789abcdef"}}}' >event.json
comment() { # api, argument...
  echo "$1" >api
  : >requests
  GITHUB_TOKEN=secret GITHUB_API_URL=$address/api GITHUB_REPOSITORY=acme/models GITHUB_EVENT_PATH=$work/event.json \
    GITHUB_SERVER_URL=https://github.com GITHUB_RUN_ID=42 GITHUB_ACTIONS=true "$here/comment.py" --reports reports "${@:2}" >out 2>errors
  code=$?
}
# The bodies of all comments, each behind its id.
bodies() { python3 -c 'import json
for comment in json.load(open("comments.json")): print(comment["id"], comment["body"], sep="|")'; }
# Somebody else's with the same first line, and two pages before ours.
python3 -c 'import json
other = {"user": {"login": "mallory", "type": "User"}, "html_url": ""}
json.dump([dict(other, id=n, body="<!-- holdfast: CI/gate -->" if n == 3 else f"comment {n}") for n in range(150)], open("comments.json", "w"))'
comment ok --verdict fail --key CI/gate
check "code" equal "$code|$(cat errors)" "0|"
check "is written" equal "$(cat out)" "comment: written: https://github.com/new"
check "all pages were looked at" equal "$(grep -c '^GET .*&page=' requests)" 2
check "with the token" equal "$(cut -d ' ' -f 3- requests | sort -u)" "Bearer secret"
check "what it says" equal "$(bodies | sed -n '/^1150/,$p')" "1150|<!-- holdfast: CI/gate -->
$(cat short.md)

<sub>Of 0123456789abcdef, [this run](https://github.com/acme/models/actions/runs/42). The next run replaces this comment.</sub>"
echo "# another report" >reports/report.md
comment flaky --verdict pass --key CI/gate
check "is replaced, though an answer was a 502" equal "$code|$(sed 's/: .*//' out)|$(grep -c ^PATCH requests)" "0|comment|1"
check "and says the new" equal "$(bodies | grep -c 'another report\|short report')" 1
check "nobody else's was touched" equal "$(bodies | sed -n 4p)" "3|<!-- holdfast: CI/gate -->"
comment ok --verdict pass --key $'CI --> /two\nlines'
check "another key is another comment" equal "$(bodies | grep -c holdfast:)" 3
check "the key is no mark" equal "$(bodies | grep -c '<!-- holdfast: CI-/two-lines -->')" 1
comment pat --verdict pass --key CI/gate
check "a user's token has its own" equal "$(grep -c ^POST requests)" 1
comment pat --verdict pass --key CI/gate
check "and finds it" equal "$(grep -c ^PATCH requests)" 1
rm reports/report.md
comment ok --verdict error --key CI/gate
check "why there is no report" equal "$(bodies | grep -A 4 '^1150')" $'1150|<!-- holdfast: CI/gate -->\n# Holdfast gate: ERROR\n\n    ci.json'
echo "# old" >reports/report.md
comment ok --verdict '' --key CI/gate
check "a gate that did not run has no report of before" equal "$(bodies | grep -A 3 '^1150' | tail -n 1)" "    it did not run; the job says why"
python3 -c 'print("<details>\n\n" + "| täsk | 1.0 |\n" * 9000 + "\n</details>")' >reports/report.md
comment ok --verdict pass --key CI/gate
check "a long one is cut" python3 -c 'import json
body = next(c["body"] for c in json.load(open("comments.json")) if c["id"] == 1150)
assert 60000 < len(body) <= 65536 and body.count("<details>") == body.count("</details>") == 1 and "**Cut here**" in body, len(body)'
comment forbidden --verdict pass --key CI/gate
check "a token that may not: code" equal "$code" 0
check "is said" equal "$(cat out)" "::notice title=Holdfast::the comment on the pull request could not be written: 403 Resource not accessible \
by integration; the job needs 'permissions: pull-requests: write', which runs for forks never get"
echo '{"ref": "refs/heads/main"}' >event.json
comment ok --verdict pass
check "no pull request: nothing is asked" equal "$code|$(cat out)|$(cat requests)" \
  "0|comment: this is no run of a pull request, so there is nothing to comment on|"
echo '{"pull_request": {"number": 7}}' >event.json
GITHUB_API_URL=http://127.0.0.1:1 GITHUB_TOKEN=secret GITHUB_REPOSITORY=acme/models GITHUB_EVENT_PATH=event.json \
  "$here/comment.py" --reports reports --verdict pass >out 2>errors
check "no network: code" equal $? 0
check "no network is said" has out "comment: the comment on the pull request could not be written: "
comment ok
check "bad usage" equal "$code" 2

case="gather"
rm -rf gates && mkdir gates
gate_of() { # name, FAKE
  HOLDFAST_REPORTS=gates/$1 github "$2" "out/$1"
}
gather() { # argument...
  : >output
  : >summary
  rm -rf all
  GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$work/summary GITHUB_OUTPUT=$work/output "$here/gather.py" --reports all gates "$@" >out 2>errors
  code=$?
}
gather --result success
check "nothing there" equal "$code|$(head -n 1 output)" "2|verdict=error"
check "is said" has out "gather: ERROR of 0 candidates in 0 gates: gates: no ci.json of a gate is there"
gate_of a pass
gather --result success
check "all pass" equal "$code|$(cat output)" $'0|verdict=pass\ndrop=0.0000\nreason=PASS: of good\nreport=all/report.md'
check "no annotation" equal "$(annotations)" ""
gather --result failure
check "a job without a verdict" equal "$code" 2
check "is said too" equal "$(annotations)" "::error title=Holdfast ERROR::a job ended without a verdict: together they are 'failure'"
gate_of b open
gather --result failure
check "one is open" equal "$code|$(head -n 1 output)" "3|verdict=inconclusive"
gather --result failure --on-inconclusive warn
check "where that fails no job, another one did" equal "$code" 2
gather --result success --on-inconclusive warn
check "which is a warning" equal "$code|$(annotations | cut -d ' ' -f 1)" "0|::warning"
gate_of c refused
gather --on-inconclusive warn
check "one is not gateable" equal "$code|$(head -n 1 output)" "3|verdict=not_gateable"
gate_of d hostile
gate_of e fail
gather
check "one fails" equal "$code|$(sed -n 's/^drop=//p;s/^verdict=//p' output | tr '\n' ' ')" "1|fail 0.3120 "
check "the worst first" equal "$(sed -n 5p all/report.md)" "| out/naive: a, b | FAIL | fell by 31.2 points (95 % interval 29.4 to 32.9) |"
check "names are no marks" has all/report.md '| out/x | NOT GATEABLE | r ::set-output name=x::\\u\{2028\}\\u\{7\} |'
check "the summary is the table" cmp -s summary all/report.md
gate_of f input
gather
check "one broke off" equal "$code|$(head -n 1 output)" "2|verdict=error"
check "its candidate is named" has all/report.md "| out/f | ERROR | holdfast gate ended with 2: holdfast: error: holdfast.yaml, base: no such model: 100 %; name another |"
echo '{"exit_code": 0, "verdict": "fine"}' >gates/f/ci.json
gather
check "a file that is none" equal "$code" 2
check "it is named" has all/report.md "gates/f/ci.json: not what a gate wrote"
rm -r gates && mkdir gates && gate_of a pass
"$here/gather.py" --reports gates gates >out && "$here/gather.py" --reports gates gates >out
check "its own of before does not count" has out "of 1 candidates in 1 gates"
"$here/gather.py" --reports /dev/null/x gates >out 2>errors
check "a folder that cannot be written" equal $? 2

case="action.yml"
check "holds together" python3 - "$here/../../action.yml" "$here"/../../examples/ci/*.yml <<'PYTHON'
import re, sys
action, *workflows = sys.argv[1:]
text = open(action, encoding="utf-8").read()
head, steps = text.split("\nruns:\n")
declared = set(re.findall(r"^  ([a-z-]+):$", head.split("\noutputs:\n")[0], re.M))
used = set(re.findall(r"inputs\.([a-z-]+)", steps))
assert declared == used, declared ^ used
ids = set(re.findall(r"^ +id: (\w+)$", steps, re.M))
assert set(re.findall(r"steps\.(\w+)\.", text)) <= ids, ids
assert set(re.findall(r"steps\.place\.outputs\.(\w+)", text)) == {"program", "why", "folder", "models", "key", "artifact"}
assert "${{" not in "".join(re.findall(r"^ +run: .*(?:\n {8,}.*)*", steps, re.M)), "what comes from outside goes through the environment"
pins = {}
for path in (action, *workflows):
    content = open(path, encoding="utf-8").read()
    for uses in re.findall(r"uses: (\S+.*)", content):
        if not uses.startswith("OWNER/holdfast@v"):
            name, commit, version = re.fullmatch(r"([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", uses).groups()
            name = "/".join(name.split("/")[:2])
            assert pins.setdefault(name, (commit, version)) == (commit, version), uses
    given = {key for block in re.findall(r"uses: OWNER/holdfast@.*\n(?: +id: .*\n)?( +)with:\n((?:\1  .*\n)+)", content)
             for key in re.findall(r"^ +([a-z-]+):", block[1], re.M)}
    assert given <= declared, given - declared
PYTHON
version=$(sed -n 's/^let holdfastVersion = "\(.*\)"$/\1/p' "$here"/../../Sources/holdfast/*.swift)
check "examples name the version" equal "$(grep -rohE '(@v|holdfast:|VERSION *[:=] *.?)[0-9]+\.[0-9]+\.[0-9]+' "$here"/../../examples/ci |
  grep -v '^.*# v' | grep -oE '[0-9.]+$' | sort -u)" "$version"

case="release"
for owner in '' 'a b' '-x' "$(printf 'a%.0s' $(seq 40))" $'a\nb'; do
  OWNER=$owner "$here/../dist/release.sh" >out 2>errors
  check "'$owner' is no owner" equal "$?|$(cat out)|$(wc -l <errors)" "2||1"
done
python3 "$here/../dist/wheel.py" bad.tar.gz >out 2>errors
check "a wheel of no archive" equal "$?|$(wc -l <errors)" "2|1"
cp bad.tar.gz "$top-linux-x86_64.tar.gz"
python3 "$here/../dist/wheel.py" "$top-linux-x86_64.tar.gz" >out 2>errors
check "a wheel of a damaged one" equal "$?|$(wc -l <errors)" "2|1"
