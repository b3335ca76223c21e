"""A page in a headless Chromium, as a reader has it: keys, windows, themes; and what the page says and fetches."""

import base64
import os

from browser_pipe import Browser, Stopped

# Name: code, text.
KEYS = {"Enter": (13, "\r"), "Backspace": (8, None), "ArrowUp": (38, None), "ArrowDown": (40, None)}


class Tab(Browser):
    """Has the page from `load` on."""

    def __init__(self, path, address):
        super().__init__(path)
        self.address = address
        questions = os.path.join(os.path.dirname(os.path.abspath(__file__)), "browser_page.js")
        with open(questions, encoding="utf-8") as file:
            self.questions = file.read()
        # Complaints and requests, one line each.
        self.said, self.fetched = [], []

    def ask(self, call):
        """What a function of browser_page.js gives."""
        return self.value(f"({self.questions}).{call}")

    def load(self, width, theme):
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Fetch.enable", patterns=[{"urlPattern": "*"}])
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self.set_width(width)
        answer = self.call("Page.navigate", url=self.address)
        if answer.get("errorText"):
            raise Stopped(f"{self.address} does not load: {answer['errorText']}")
        self.wait("Page.loadEventFired")
        self.set_theme(theme)

    def set_width(self, width):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def set_theme(self, theme, media="screen"):
        scheme = [{"name": "prefers-color-scheme", "value": theme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=scheme)
        self.ask("settled()")

    def screen(self):
        """A PNG of the whole page."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"])

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, x=x, y=y)

    def press(self, key, **more):
        """A key of KEYS or a letter."""
        code, text = KEYS[key] if key in KEYS else (ord(key.upper()) if key.isascii() else 0, key)
        event = {"key": key, "windowsVirtualKeyCode": code, **({"text": text} if text else {}), **more}
        self.call("Input.dispatchKeyEvent", type="keyDown", **event)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def type(self, word):
        for letter in word:
            self.press(letter)

    def clear(self):
        """Ctrl+A, Backspace."""
        self.press("a", text="", modifiers=2, commands=["selectAll"])
        self.press("Backspace")

    def hear(self, method, event):
        if method == "Fetch.requestPaused":
            # Requests to elsewhere are stopped as well as reported.
            answer = {} if self.is_own(event["request"]["url"]) else {"errorReason": "BlockedByClient"}
            method = "Fetch.failRequest" if answer else "Fetch.continueRequest"
            self.send(method, requestId=event["requestId"], **answer)
        elif method == "Network.requestWillBeSent" and not self.is_own(event["request"]["url"]):
            self.fetched.append(f"request to {event['request']['url'][:200]}")
        elif method == "Network.webSocketCreated":
            self.fetched.append(f"request to {event['url'][:200]}")
        elif method == "Network.loadingFailed" and not stopped(event["errorText"]):
            self.fetched.append(f"a request failed: {event['type']}, {event['errorText']}")
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
            words = [str(part.get("value", part.get("description", part["type"]))) for part in event["args"]]
            self.said.append(f"console.{event['type']}: {' '.join(words)}")
        elif method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            what = details.get("exception", {}).get("description", "").split("\n")[0] or details["text"]
            self.said.append(f"exception in line {details['lineNumber'] + 1}: {what}")
        elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
            entry = event["entry"]
            if not stopped(entry["text"]):
                self.said.append(f"browser's {entry['level']}: {entry['text']} {entry.get('url', '')}".rstrip())
        elif method == "Page.javascriptDialogOpening":
            self.said.append(f"dialog: {event['message']}")
            self.send("Page.handleJavaScriptDialog", accept=True)
        elif method == "Inspector.targetCrashed":
            raise Stopped("the page crashed")

    def is_own(self, url):
        return url.split("#")[0] == self.address or url.startswith("data:")


def stopped(text):
    """What `hear` itself did is reported as a request."""
    return "ERR_BLOCKED_BY_CLIENT" in text
