#!/usr/bin/env bash
# Tests what CI runs of ours (gate.sh, annotations.py, and in test_action.sh all else of the GitHub Action) against a stand-in for
# holdfast: no build, no model, no network, bash and python3 alone. About half a minute.
# Ends with 0 exactly where everything was as expected.
# A shell that was started in the background ignores SIGINT, which no shell can undo, and the last case is about it.
if [ -z "${HOLDFAST_CI_TEST:-}" ]; then
  export HOLDFAST_CI_TEST=1
  exec python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' bash "$0" "$@"
fi

set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 70
# A CI's own variables must not reach the tests.
unset "${!HOLDFAST@}" "${!GITHUB_@}"

passed=0
failed=0
check() { # what, command...
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not so: $case: $what" >&2
  fi
}
equal() { [ "$1" = "$2" ] || { printf '  expected: %s\n  found:    %s\n' "$2" "$1" >&2; return 1; }; }
has() { grep -qF -e "$2" "$1" || { printf '  missing: %s\n  in:\n%s\n' "$2" "$(head -n 40 "$1")" >&2; return 1; }; }
lacks() { ! grep -qF -e "$2" "$1" || { printf '  should not be there: %s\n' "$2" >&2; return 1; }; }

# The stand-in. $FAKE says what it does; its arguments go to the file "arguments", one a line.
cat >holdfast <<'FAKE'
#!/usr/bin/env bash
[ "$1" != --version ] || { echo 9.9.9; exit; }
printf '%s\n' "$@" >>"$FAKE_FOLDER/arguments"
if [ "$1" = fetch ]; then
  echo "holdfast: fetching $2 in $PWD" >&2
  [ "$FAKE" != offline ]
  exit
fi
while [ $# -gt 0 ]; do
  case $1 in --reports) reports=$2 ;; esac
  shift
done
write() {
  mkdir -p "$reports"
  cp "$FAKE_FOLDER/$1.json" "$reports/report.json"
  cp "$FAKE_FOLDER/report.md" "$reports/report.md"
  echo "<testsuites/>" >"$reports/junit.xml"
  echo "the table"
}
case $FAKE in
  pass | series) write "$FAKE"; exit 0 ;;
  fail) write fail; echo "::error::from the data"; exit 1 ;;
  many) write many; exit 1 ;;
  early) write early; exit 1 ;;
  hostile) write hostile; exit 3 ;;
  strict) write strict; exit 1 ;;
  open | offline) write open; exit 3 ;;
  refused) write refused; exit 3 ;;
  unopened) echo "holdfast: not gateable: other, suite: it is another suite" >&2; exit 3 ;;
  partly) write fail; echo "holdfast: error: out/b: damaged" >&2; exit 2 ;;
  input) echo "holdfast: error: holdfast.yaml, base: no such model: 100 %; name another" >&2; echo "a hint" >&2; exit 2 ;;
  broken) mkdir -p "$reports"; echo '{"candidates": [' >"$reports/report.json"; exit 1 ;;
  fault) echo "holdfast: internal error: index" >&2; exit 70 ;;
  slow)
    trap 'kill $!; exit 143' TERM
    trap 'kill $!; exit 130' INT
    : >"$FAKE_FOLDER/started"
    sleep 20 &
    wait
    ;;
esac
FAKE
chmod +x holdfast

# The reports it writes, with the keys of docs/formats.md.
python3 - <<'PYTHON'
import json

def unit(name, outcome, drop=None, margin=0.10, rule="max_drop", contrast="absolute_drop", metric="exact_match", **more):
    found = {"rule": rule, "metric": metric, "contrast": contrast, "limit": margin, "margin": margin, "outcome": outcome,
             "level": "overall" if name == "overall" else "family", "unit": name, "tasks": 1, "items": 64, "blocks": 8}
    if drop is not None:
        found["degradation"] = {"base": 0.6, "candidate": 0.6 - drop, "chance": 0.1, "drop": drop}
        found["evidence"] = {"lower_bound": margin - (drop + 0.04), "upper_bound": margin - (drop - 0.05)}
    found.update(more)
    return found

def candidate(name, outcome, units, sentence=None):
    return {"path": f"out/{name}", "model": {"name": name}, "duration_seconds": 1, "share": "1/1",
            "verdict": {"outcome": outcome, "sentence": sentence or f"{outcome.upper()}: of {name}", "units": units,
                        "coverage": {}, "tasks": [], "notes": []}}

def write(name, *candidates, on_inconclusive="exit3", **header):
    header["settings"] = {"on_inconclusive": on_inconclusive}
    report = {"schema_version": 2, "header": header, "candidates": list(candidates)}
    with open(f"{name}.json", "w", encoding="utf-8") as file:
        json.dump(report, file, ensure_ascii=False)

good = candidate("good", "pass", [unit("overall", "pass", -0.00001, 0.05), unit("lexical", "pass", 0.01)])
naive = candidate("naive: a, b", "fail", [
    unit("overall", "fail", 0.312, 0.05),
    unit("classification", "inconclusive", 0.12, shortfall={"towards": "fail", "blocks": 5, "blocks_left": 8, "draws_known": False}),
    unit("factual", "uninformative", reason="no admitted task"),
    unit("lexical", "fail", 0.5),
    unit("translation", "fail", 1.5, 0.2, "max_logprob_drop", metric="logprob"),
    unit("overall", "fail", 0.312, 0.12, "min_retention", "retention", limit=0.8)
], sentence="FAIL: fell by 31.2 points (95 % interval\r\n29.4 to 32.9)")
naive["verdict"]["units"][5]["degradation"]["retention"] = 0.499
unsure = candidate("unsure", "inconclusive", [unit("overall", "pass", -0.02, 0.05), unit("lexical", "inconclusive", -0.01)])
refused = {"path": "out/other/", "duration_seconds": 0, "share": "1/8", "not_gateable": "4 of 9 families can vote; 5 are needed"}
write("pass", good)
write("series", good, naive, selection={"rule": "best", "candidates": 2, "selected": "out/good", "confirmation": "pass"})
write("fail", good, naive, unsure, refused)
write("open", good, unsure)
write("strict", unsure, on_inconclusive="fail")
write("refused", unsure, refused)
hostile = dict(refused, path="out/x", model={"name": "m\n::error::\u202e\x1b[2J,:%"}, not_gateable="r\n::set-output name=x::\u2028\x07")
write("hostile", hostile)
write("many", *(candidate(f"step-{n}", "fail", [unit("overall", "fail", n / 100, 0.05)]) for n in (7, 30, 12, 9, 25, 18, 40)))
write("early", dict(candidate("hot", "fail", [
    unit("overall", "fail", 0.421, 0.05), unit("overall", "fail", 0.38, 0.05, "max_drop_largest_k", k=[8]),
    unit("overall", "fail", 0.421, 0.2, "max_error_ratio", "error_ratio", limit=1.5),
    unit("swap-two", "fail", 0.6, 0.25)]), share="1/8"))
PYTHON
printf '# Holdfast gate\n\nä short report\n' >report.md
cp report.md short.md
mkdir model

export FAKE_FOLDER=$work HOLDFAST=$work/holdfast
# Runs gate.sh as GitHub does, with what is set before it; the code is in $code, what it printed in "out" and "errors".
github() { # FAKE, argument...
  rm -rf reports arguments out errors output
  : >output
  [ -n "${keep_summary:-}" ] || : >summary
  FAKE=$1 GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$work/summary GITHUB_OUTPUT=$work/output \
    "$here/gate.sh" "${@:2}" >out 2>errors
  code=$?
}
annotations() { grep -E '^::(error|warning) ' out; }

case=hostile
github hostile model
check "names are data of one line, and shown" equal "$(annotations)" \
  '::error title=Holdfast NOT GATEABLE%3A m%0A%3A%3Aerror%3A%3A\u{202E}\u{1B}[2J%2C%3A%25::NOT GATEABLE: r%0A::set-output name=x::\u{2028}\u{7}'
github hostile $'-x\n::error::pwned\e[2J\u202e'
check "code" equal $code 2
check "an option on one line" equal "$(cat errors)" "gate.sh: unknown option -x?::error::pwned?[2J?; options of the gate go behind --"

case=pass
github pass model
check "code" equal $code 0
check "outputs" equal "$(cat output)" $'verdict=pass\ndrop=0.0000\nreason=PASS: of good\nreport=reports/report.md'
check "no annotation" equal "$(annotations)" ""
check "the summary is the report" cmp -s summary short.md
check "the command" equal "$(tr '\n' ' ' <arguments)" \
  "gate --candidate model --config holdfast.yaml --share 1 --reports reports -o reports/junit.xml "
check "the table is shown" has out "the table"
check "JUnit is there" test -s reports/junit.xml

case=fail
github fail model
check "code" equal $code 1
check "outputs" equal "$(cat output)" $'verdict=fail\ndrop=0.3120\nreason=naive: a, b: FAIL: fell by 31.2 points (95 % interval 29.4 to 32.9)\nreport=reports/report.md'
cat >expected <<'TEXT'
::error title=Holdfast FAIL%3A naive%3A a%2C b::FAIL: fell by 31.2 points (95 %25 interval%0D%0A29.4 to 32.9)
::error title=Holdfast FAIL%3A naive%3A a%2C b::translation (max_logprob_drop): answer logprob fell by 1.50 nats (at least 1.45; margin 0.20)
::error title=Holdfast FAIL%3A naive%3A a%2C b::overall (max_drop): exact match fell by 31.2 points (at least 26.2; margin 5.0)
::error title=Holdfast FAIL%3A naive%3A a%2C b::lexical (max_drop): exact match fell by 50.0 points (at least 45.0; margin 10.0)
::error title=Holdfast FAIL%3A naive%3A a%2C b::overall (min_retention): exact match fell by 31.2 points (at least 26.2; margin 12.0); 49.9 %25 of the few-shot gain is kept, 80.0 %25 demanded
::error title=Holdfast NOT GATEABLE%3A other::NOT GATEABLE: 4 of 9 families can vote; 5 are needed
::warning title=Holdfast INCONCLUSIVE%3A unsure::INCONCLUSIVE: of unsure
::warning title=Holdfast INCONCLUSIVE%3A naive%3A a%2C b::classification (max_drop): exact match fell by 12.0 points (7.0 to 16.0 lost; margin 10.0); 5 further blocks would settle it as FAIL
::warning title=Holdfast INCONCLUSIVE%3A unsure::lexical (max_drop): exact match rose by 1.0 points (-6.0 to 3.0 lost; margin 10.0)
TEXT
check "annotations, worst first" equal "$(annotations)" "$(cat expected)"
token=$(sed -n 's/^::stop-commands::\([0-9a-f]\{32\}\)$/\1/p' out)
check "what is printed is no command" equal \
  "$(grep -nE '^::(error::|stop|[0-9a-f]{32}::)' out | cut -d : -f 1 | tr '\n' ' ')" "1 3 4 "
check "commands are taken again" has out "::$token::"

case="more than ten findings"
github many model
check "code" equal $code 1
check "ten annotations" equal "$(annotations | wc -l)" 10
check "the worst first" equal "$(annotations | sed -n '1s/.*:://p')" "FAIL: of step-40"
check "then every candidate" equal "$(annotations | sed -n '7s/.*:://p')" "FAIL: of step-7"
check "then units" equal "$(annotations | sed -n '8s/.*:://p' | cut -c 1-48)" "overall (max_drop): exact match fell by 40.0 poi"
check "the rest is counted" has out "4 more findings are in the report"
check "the largest drop" has output "drop=0.4000"

case="stopped early"
github early model
check "code" equal $code 1
check "outputs" equal "$(head -n 2 output)" $'verdict=fail\ndrop=0.4210'
check "annotation" equal "$(annotations | head -n 1)" "::error title=Holdfast FAIL%3A hot::FAIL: of hot"
check "a single task is named" has out "swap-two (max_drop): exact match fell by 60.0 points"

case="inconclusive"
github open model
check "code" equal $code 3
check "outputs" equal "$(head -n 2 output)" $'verdict=inconclusive\ndrop=0.0000'
check "warnings alone" equal "$(annotations | cut -d ' ' -f 1 | sort -u)" "::warning"
github strict model
check "errors where the configuration says fail" equal "$(annotations | cut -d ' ' -f 1 | sort -u)" "::error"
check "verdict" has output "verdict=inconclusive"

HOLDFAST_ON_INCONCLUSIVE=warn github open model
check "code where it is a warning" equal $code 0
check "verdict where it is a warning" has output "verdict=inconclusive"
check "warnings where it is one" equal "$(annotations | cut -d ' ' -f 1 | sort -u)" "::warning"
HOLDFAST_ON_INCONCLUSIVE=fail github open model
check "code where it fails" equal $code 3
check "errors where it fails" equal "$(annotations | cut -d ' ' -f 1 | sort -u)" "::error"
HOLDFAST_ON_INCONCLUSIVE=warn github refused model
check "not gateable is no warning" equal $code 3
HOLDFAST_ON_INCONCLUSIVE=warn github fail model
check "nor is a fail" equal $code 1
HOLDFAST_ON_INCONCLUSIVE=never github open model
check "another word" equal $code 2
check "is said" equal "$(cat errors)" "gate.sh: HOLDFAST_ON_INCONCLUSIVE is 'never'; it is warn or fail"
FAKE=open HOLDFAST_ON_INCONCLUSIVE=warn "$here/gate.sh" model >out 2>errors
check "outside GitHub too" equal $? 0
check "and is said" has errors "INCONCLUSIVE is a warning here: 0 in place of 3"

case="a series that passes"
github series model
check "code" equal $code 0
check "outputs" equal "$(grep -v ^drop output)" $'verdict=pass\nreason=PASS: out/good is the best of 2, and was asked again under '\
$'fresh demonstrations\nreport=reports/report.md'
check "the others are notices" equal "$(grep -oE '^::[a-z]+ ' out | sort -u)" "::notice "

case="not gateable"
github refused model
check "code" equal $code 3
check "verdict" has output "verdict=not_gateable"
github unopened model
check "code without a report" equal $code 3
check "verdict without a report" equal "$(cat output)" $'verdict=not_gateable\ndrop=\nreason=holdfast gate ended with 3: '\
$'holdfast: not gateable: other, suite: it is another suite\nreport='
check "annotation" has out "::holdfast gate ended with 3: holdfast: not gateable: other, suite: it is another suite"

case="bad input"
mkdir -p reports && cp fail.json reports/report.json
github input model
check "code" equal $code 2
check "outputs" equal "$(cat output)" $'verdict=error\ndrop=\nreason=holdfast gate ended with 2: holdfast: error: '\
$'holdfast.yaml, base: no such model: 100 %; name another\nreport='
check "the gate's own words" equal "$(annotations)" "::error title=Holdfast::holdfast gate ended with 2: holdfast: error: \
holdfast.yaml, base: no such model: 100 %25; name another"
check "in the summary" has summary "    holdfast: error: holdfast.yaml"
check "and on standard error" has errors "holdfast: error: holdfast.yaml"

case="an old report"
mkdir -p old && cp fail.json old/report.json && touch old/report.html old/report.md old/junit.xml old/mine.txt
HOLDFAST_REPORTS=old github fault model
check "code" equal $code 70
check "is gone, and nothing else" equal "$(ls old)" $'ci.json\nmine.txt'
check "is not this run's" equal "$(cat output)" $'verdict=error\ndrop=\nreason=holdfast gate ended with 70: '\
$'holdfast: internal error: index\nreport='

case="one of several unusable"
github partly model
check "code" equal $code 2
check "outputs" equal "$(cat output)" $'verdict=error\ndrop=0.3120\nreason=holdfast gate ended with 2: holdfast: error: out/b: damaged\nreport=reports/report.md'
check "the fault first" equal "$(annotations | head -n 1)" \
  "::error title=Holdfast::holdfast gate ended with 2: holdfast: error: out/b: damaged"
check "ten annotations" equal "$(annotations | wc -l)" 10
check "ci.json has all" equal "$(python3 -c 'import json
found = json.load(open("reports/ci.json"))
print(found["exit_code"], found["verdict"], *(c["path"] + "=" + c["verdict"] for c in found["candidates"]), sep="|")')" \
  "2|error|out/good=pass|out/naive: a, b=fail|out/unsure=inconclusive|out/other/=not_gateable|model=error"

case="a report that is no JSON"
github broken model
check "code" equal $code 1
check "verdict" has output "verdict=error"
check "said" has out "report.json cannot be read"

case="files that cannot be written"
GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$work/no/summary GITHUB_OUTPUT=$work/no/output FAKE=fail \
  "$here/gate.sh" model >out 2>errors
check "code" equal $? 1
check "said" has errors "the summary could not be written"

case="a reader that goes away"
{ FAKE=fail GITHUB_ACTIONS=true "$here/gate.sh" model 2>/dev/null; echo $? >code; } | true
check "code" equal "$(cat code)" 1

case="python3 is missing"
mkdir -p bin
for tool in bash env mktemp rm mkdir mkfifo tee od tr wc cat head sed grep dirname basename cp cut; do
  ln -sf "$(command -v $tool)" bin/
done
FAKE=fail GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$work/summary PATH=$work/bin "$here/gate.sh" model >out 2>errors
check "code" equal $? 1
check "said" has errors "annotations and outputs could not be written"

case="outside GitHub"
FAKE=fail "$here/gate.sh" model >out 2>errors
check "code" equal $? 1
check "no workflow command" equal "$(grep -c '^::' out)" 1 # the stand-in's own line
check "nothing on standard error" test ! -s errors

case="environment and arguments"
HOLDFAST_CANDIDATE=$'out/b c\r\n\n  out/d  \n' HOLDFAST_CONFIG=team/gate.yaml HOLDFAST_SHARE=1/2 HOLDFAST_REPORTS="my reports" \
  HOLDFAST_ARGS=$'--adaptive --ledger "a b/l$HOME.sqlite"\n-o x.csv' github pass out/a -- --diagnose
check "the command" equal "$(tr '\n' '|' <arguments)" "gate|--candidate|out/a|--candidate|out/b c|--candidate|out/d|--config|\
team/gate.yaml|--share|1/2|--reports|my reports|-o|my reports/junit.xml|--diagnose|--adaptive|--ledger|a b/l\$HOME.sqlite|-o|x.csv|"
check "outputs" has output "report=my reports/report.md"

case="paths that begin with a hyphen, and other odd ones"
HOLDFAST_CANDIDATE=$'-x\n--help\n-\nit\'s "a" * $HOME' HOLDFAST_CONFIG=-n/gate.yaml HOLDFAST_REPORTS=-rf \
  github pass ./-y $'two\nlines' '*'
check "code" equal $code 0
check "the command" equal "$(tr '\n' '|' <arguments)" "gate|--candidate|./-y|--candidate|two|lines|--candidate|*|\
--candidate|./-x|--candidate|./--help|--candidate|./-|--candidate|it's \"a\" * \$HOME|--config|./-n/gate.yaml|--share|1|--reports|./-rf|\
-o|./-rf/junit.xml|"
check "outputs" equal "$(cat output)" $'verdict=pass\ndrop=0.0000\nreason=PASS: of good\nreport=./-rf/report.md'
check "the summary is the report" cmp -s summary short.md
mkdir -- -n
HOLDFAST_CONFIG=-n/gate.yaml HOLDFAST_BASE=smollm2 github pass model
check "the base is fetched beside such a configuration" has errors "fetching smollm2 in $work/-n"
ln -s holdfast ./-program
HOLDFAST=-program github pass model
check "such a program runs" equal $code 0
github pass -x
check "an argument is no path" equal $code 2

case="base"
mkdir -p team
HOLDFAST_BASE=smollm2 HOLDFAST_CONFIG=team/holdfast.yaml github pass model
check "is fetched first" equal "$(head -n 3 arguments | tr '\n' ' ')" "fetch smollm2 gate "
check "beside the configuration" has errors "fetching smollm2 in $work/team"
HOLDFAST_BASE=smollm2 HOLDFAST_MODELS=models github offline model
check "the gate runs without it" equal $code 3
check "said" has errors "smollm2 could not be fetched"
check "here where the models' folder is given" has errors "fetching smollm2 in $work"
check "not there" lacks errors "in $work/team"

case="what cannot start"
github pass
check "no candidate" equal $code 2
check "outputs" has output "verdict=error"
check "annotation" has out "::holdfast gate ended with 2: gate.sh: no candidate"
check "nothing was run" test ! -e arguments
github pass model --share 1/2
check "an unknown option" equal $code 2
HOLDFAST_ARGS='--ledger "a' github pass model
check "an open quote" equal $code 2
HOLDFAST=$work/nothing github pass model
check "no program" equal $code 2
check "said" has errors "make build"
HOLDFAST_REPORTS=$'a\nverdict=pass' github pass model
check "a folder of two lines" equal $code 2
check "is no output" lacks output "verdict=pass"

case="a long report"
python3 - <<'PYTHON'
with open("report.md", "w", encoding="utf-8") as file:
    file.write("# Holdfast gate\n\n<details><summary>Tasks</summary>\n\n")
    for number in range(60000):
        file.write(f"| täsk-{number:06d} | 50.0 | 49.0 → 48.0 |\n")
    file.write("\n</details>\n")
PYTHON
github pass model
check "code" equal $code 0
check "is cut below 1 MB" test "$(wc -c <summary)" -lt 1000000
check "not by much" test "$(wc -c <summary)" -gt 990000
check "is still UTF-8, cut at a line" python3 -c 'import re
lines = open("summary", encoding="utf-8").read().split("\n")
assert all(re.fullmatch(r"\| täsk-\d{6} \| 50.0 \| 49.0 → 48.0 \|", line) for line in lines[4:-5]), lines[-6:]
assert lines[-5:-1] == ["", "</details>", "", lines[-2]] and lines[-2].startswith("**Cut here**"), lines[-6:]'
printf '%0990000d\n' 0 >summary
keep_summary=1 github pass model
check "what is there counts" test "$(wc -c <summary)" -lt 1000000
check "and stays" test "$(wc -c <summary)" -gt 990000
cp short.md report.md

case="signals"
for signal in TERM:143 INT:130; do
  rm -f started
  # A job of its own, or it would ignore SIGINT.
  set -m
  FAKE=slow GITHUB_OUTPUT=$work/output "$here/gate.sh" model >out 2>errors &
  gate=$!
  set +m
  for _ in $(seq 100); do
    [ ! -e started ] || break
    sleep 0.05
  done
  kill -s "${signal%:*}" "$gate"
  wait "$gate"
  check "$signal" equal $? "${signal#*:}"
done

# shellcheck source=Scripts/ci/test_action.sh
. "$here/test_action.sh"

echo "ci: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
