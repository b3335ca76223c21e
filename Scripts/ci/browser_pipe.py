"""A headless Chromium with one tab, spoken to in the DevTools protocol over a pipe. Python's standard library only."""

import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

NAMES = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = [
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--no-default-browser-check", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-extensions", "--disable-breakpad", "--disable-dev-shm-usage", "--password-store=basic",
    # Fetch.enable sees no WebSocket and no preconnect; no name and no address leads anywhere.
    "--host-resolver-rules=MAP * ~NOTFOUND",
]  # fmt: skip


class NoBrowser(Exception):
    """Nothing that starts."""


class Stopped(Exception):
    """The browser ended, or did not answer in time."""


def program():
    """The browser's path: $HOLDFAST_BROWSER, else the first of NAMES that is installed."""
    wanted = os.environ.get("HOLDFAST_BROWSER")
    for name in [wanted] if wanted else NAMES:
        path = shutil.which(name)
        if path:
            return path
    if wanted:
        raise NoBrowser(f"HOLDFAST_BROWSER names {wanted!r}, which is no program")
    raise NoBrowser(f"no browser found: install one of {', '.join(NAMES)}, or let HOLDFAST_BROWSER name one")


class Browser:
    """Starts on entry of a `with`; on exit neither a process nor a file of it is left."""

    PATIENCE = 15

    def __init__(self, path):
        self.path = path
        self.last, self.session, self.buffer, self.process = 0, None, bytearray(), None

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="holdfast-browser-")
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        # After two pipes the numbers 3 and 4 are taken, so the pipe that Popen itself opens has neither of them.
        (theirs_in, self.to), (self.come, theirs_out) = os.pipe(), os.pipe()

        def place():
            copies = fcntl.fcntl(theirs_in, fcntl.F_DUPFD, 10), fcntl.fcntl(theirs_out, fcntl.F_DUPFD, 10)
            os.dup2(copies[0], 3)
            os.dup2(copies[1], 4)

        with open(os.path.join(self.profile, "complaints"), "wb") as complaints:
            command = [self.path, *FLAGS, "--user-data-dir=" + os.path.join(self.profile, "data"), "about:blank"]
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=complaints, stderr=complaints, pass_fds=(3, 4),
                preexec_fn=place, start_new_session=True,
            )  # fmt: skip
        os.close(theirs_in)
        os.close(theirs_out)
        try:
            self.call("Browser.getVersion")
        except Stopped as stop:
            with open(os.path.join(self.profile, "complaints"), encoding="utf-8", errors="replace") as complaints:
                lines = [line.strip() for line in complaints if line.strip()]
            raise NoBrowser(f"{self.path} does not start: {(lines or [str(stop)])[-1]}") from None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def hear(self, method, event):
        """Called with every event of the tab, by whatever waits for an answer."""

    def send(self, method, **params):
        """Does not wait for the answer, so that it may be called from `hear`."""
        self.last += 1
        message = {"id": self.last, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        try:
            while data:
                data = data[os.write(self.to, data) :]
        except BrokenPipeError:
            raise Stopped("the browser ended") from None
        return self.last

    def call(self, method, **params):
        """The answer's result."""
        number = self.send(method, **params)
        answer = self.read(lambda message: message.get("id") == number, f"no answer to {method}")
        if "error" in answer:
            raise Stopped(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def wait(self, event):
        self.read(lambda message: message.get("method") == event, f"no {event}")

    def read(self, is_it, complaint):
        """The first message that is wanted. Those before it are heard, where they are events of the tab."""
        until = time.monotonic() + self.PATIENCE
        while True:
            end = self.buffer.find(b"\0")
            while end < 0:
                if not select.select([self.come], [], [], max(0, until - time.monotonic()))[0]:
                    raise Stopped(f"{complaint} within {self.PATIENCE} seconds")
                data = os.read(self.come, 1 << 20)
                if not data:
                    raise Stopped("the browser ended")
                seen = len(self.buffer)
                self.buffer += data
                end = self.buffer.find(b"\0", seen)
            message = json.loads(self.buffer[:end])
            del self.buffer[: end + 1]
            if "method" in message and message.get("sessionId") == self.session:
                self.hear(message["method"], message["params"])
            if is_it(message):
                return message

    def value(self, expression):
        """What a JavaScript expression is, which must be JSON."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            fault = answer["exceptionDetails"].get("exception", {}).get("description", "an exception")
            raise Stopped(f"{expression[-60:]!r}: {fault}")
        return answer["result"].get("value")

    def __exit__(self, *_):
        # Whoever ends this program now waits for the seconds that it takes to clean up.
        signal.alarm(0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self.process:
            os.close(self.to)
            # It ends by itself when its pipe is closed; its children may not.
            try:
                self.process.wait(2)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
            os.close(self.come)
        # Those that were killed may write a little longer.
        for _ in range(30):
            shutil.rmtree(self.profile, ignore_errors=True)
            if not os.path.exists(self.profile):
                break
            time.sleep(0.1)
