#!/usr/bin/env python3
"""Keeps one comment on a pull request that says what a gate found: written by the first run, replaced by every later one.

    comment.py --reports DIR --verdict VERDICT [--key KEY]

DIR is the folder of report.md and ci.json, VERDICT what annotations.py or gather.py said; empty where the gate did not run, and
what lies in DIR is another run's. Where there is no report the comment says that. KEY tells the comments of several gates on one
pull request apart. What the comment is found by is a line that nobody sees, and that whoever has this token wrote it.

    GITHUB_TOKEN        may write comments: permissions: pull-requests: write
    GITHUB_EVENT_PATH, GITHUB_REPOSITORY, GITHUB_API_URL, GITHUB_SERVER_URL, GITHUB_RUN_ID   as GitHub's runner sets them

Ends with 0 whatever becomes of the comment, which is said in one line, and with 2 where it is called in a wrong way. Python's
standard library only.
"""

import argparse
import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
from annotations import WORDS, escaped, one_line  # noqa: E402

# GitHub takes 65,536.
LONGEST = 65_000
PAGE = 100
TRIES = 3


class Refused(Exception):
    """GitHub does not do it; the message says why."""

    def __init__(self, message, status=None):
        super().__init__(message)
        self.status = status


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to the API alone."""

    def redirect_request(self, *_):
        return None


class API:
    def __init__(self, environment):
        self.root = environment.get("GITHUB_API_URL") or "https://api.github.com"
        self.token = environment["GITHUB_TOKEN"]
        self.opener = urllib.request.build_opener(NoRedirect)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        try:
            request = urllib.request.Request(self.root + path, method=method, data=data)
        except ValueError as error:
            raise Refused(str(error)) from error
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Accept", "application/vnd.github+json")
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_header("User-Agent", "holdfast")
        for attempt in range(1, TRIES + 1):
            try:
                with self.opener.open(request, timeout=30) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                refused = Refused(f"{error.code} {words(error)}", error.code)
                passing = error.code >= 500
            except (OSError, ValueError, http.client.HTTPException) as error:
                refused, passing = Refused(str(getattr(error, "reason", error))), True
            # What may have come through is not written twice.
            if not passing or method == "POST" or attempt == TRIES:
                raise refused
            time.sleep(attempt)


def words(error):
    """What GitHub says of it."""
    try:
        return json.load(error)["message"]
    except (OSError, ValueError, KeyError, TypeError):
        return error.reason


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", required=True)
    parser.add_argument("--verdict", required=True)
    parser.add_argument("--key", default="gate")
    options = parser.parse_args()

    event = read_json(os.environ.get("GITHUB_EVENT_PATH", ""))
    number = pull_request(event)
    if number is None:
        print("comment: this is no run of a pull request, so there is nothing to comment on")
        return
    for variable in ("GITHUB_TOKEN", "GITHUB_REPOSITORY"):
        if not os.environ.get(variable):
            say(f"{variable} is not set")
            return
    # Two hyphens end a comment of HTML.
    marker = f"<!-- holdfast: {re.sub(r'[^A-Za-z0-9._/]+', '-', options.key)} -->"
    try:
        said = write(API(os.environ), os.environ["GITHUB_REPOSITORY"], number, marker, text(marker, options, event))
        print(f"comment: {said}")
    except Refused as refused:
        hint = "; the job needs 'permissions: pull-requests: write', which runs for forks never get"
        say(f"{refused}{hint if refused.status in (401, 403, 404) else ''}")


    except (AttributeError, KeyError, TypeError) as error:
        say(f"the answer is not what GitHub's would be ({type(error).__name__})")


def say(why):
    line = f"the comment on the pull request could not be written: {one_line(why)}"
    print(f"::notice title=Holdfast::{escaped(line)}" if os.environ.get("GITHUB_ACTIONS") == "true" else f"comment: {line}")


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def pull_request(event):
    """The number of the event's pull request, None without one."""
    issue = event.get("issue") or {}
    found = event.get("pull_request") or (issue if "pull_request" in issue else {})
    number = found.get("number")
    return number if isinstance(number, int) else None


def write(api, repository, number, marker, body):
    comments = f"/repos/{repository}/issues/{number}/comments"
    mine = earlier(api, comments, marker)
    if mine is None:
        return f"written: {api.call('POST', comments, {'body': body}).get('html_url', '')}"
    return f"replaced: {api.call('PATCH', f'/repos/{repository}/issues/comments/{mine}', {'body': body}).get('html_url', '')}"


def earlier(api, comments, marker):
    """The id of the comment of an earlier run. Others can write the same line: a comment of theirs could be changed by them later."""
    login, page = whoami(api), 1
    while True:
        found = api.call("GET", f"{comments}?per_page={PAGE}&page={page}")
        if not isinstance(found, list) or not all(isinstance(comment, dict) for comment in found):
            raise Refused("the answer is no list of comments")
        for comment in found:
            user = comment.get("user") or {}
            ours = user.get("login") == login if login else user.get("type") == "Bot"
            if ours and (comment.get("body") or "").startswith(marker):
                return comment["id"]
        if len(found) < PAGE:
            return None
        page += 1


def whoami(api):
    """The user whose token it is; None for the runner's own, which belongs to a bot that may not ask."""
    try:
        return api.call("GET", "/user").get("login")
    except Refused as refused:
        if refused.status in (401, 403, 404):
            return None
        raise


def text(marker, options, event):
    report = None
    if options.verdict:
        try:
            with open(os.path.join(options.reports, "report.md"), encoding="utf-8", errors="replace") as file:
                report = file.read().strip()
        except OSError:
            pass
    # A gate that broke off may have reported some candidates.
    if not report or options.verdict == "error":
        reason = read_json(os.path.join(options.reports, "ci.json")).get("reason") if options.verdict else None
        head = f"# Holdfast gate: {WORDS.get(options.verdict, 'ERROR')}"
        report = f"{head}\n\n    {one_line(str(reason or 'it did not run; the job says why'))}\n\n{report or 'There is no report.'}"
    end = f"\n\n<sub>{', '.join(origin(event))}. The next run replaces this comment.</sub>\n"
    return f"{marker}\n{cut(report, LONGEST - len(marker) - len(end))}{end}"


def origin(event):
    commit = ((event.get("pull_request") or {}).get("head") or {}).get("sha")
    if commit:
        yield f"Of {commit}"
    server, repository, run = (os.environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    yield f"[this run]({server}/{repository}/actions/runs/{run})" if server and run else "this run"


def cut(report, most):
    """At a line, with what is folded closed, and said."""
    if len(report) <= most:
        return report
    end = "\n\n**Cut here**: the whole report is among the run's artifacts."
    kept = report[: most - 1000].rpartition("\n")[0]
    return kept + "\n</details>" * (kept.count("<details") - kept.count("</details")) + end


if __name__ == "__main__":
    # Whatever the machine's locale is.
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    main()
