#!/usr/bin/env python3
"""Writes what a reader of report.html sees before scrolling, as pictures.

    first_screens.py report.html NAME DIR

It writes DIR/NAME-WIDTH-THEME.webp for a window of 1400 by 900 pixels and a phone of 390 by 844, light and dark. Ends with 0; 3 and one line where no
browser is found ($HOLDFAST_BROWSER, else chromium, chromium-browser or google-chrome); 2 where something cannot be read or written.

Python's standard library only.
"""

import base64
import os
import pathlib
import sys

from browser_pipe import NoBrowser, Stopped, program
from browser_tab import Tab

WINDOWS = {1400: 900, 390: 844}


def main():
    if len(sys.argv) != 4 or not os.path.isfile(sys.argv[1]):
        print("usage: first_screens.py report.html NAME DIR", file=sys.stderr)
        return 2
    page, name, folder = sys.argv[1:]
    try:
        os.makedirs(folder, exist_ok=True)
        with Tab(program(), pathlib.Path(os.path.abspath(page)).as_uri()) as tab:
            tab.load(1400, "light")
            for width, height in WINDOWS.items():
                size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
                tab.call("Emulation.setDeviceMetricsOverride", **size)
                for theme in ("light", "dark"):
                    tab.set_theme(theme)
                    picture = tab.call("Page.captureScreenshot", format="webp", quality=60)["data"]
                    with open(os.path.join(folder, f"{name}-{width}-{theme}.webp"), "wb") as file:
                        file.write(base64.b64decode(picture))
    except NoBrowser as error:
        print(f"first_screens: {error}", file=sys.stderr)
        return 3
    except (Stopped, TimeoutError, OSError) as error:
        print(f"first_screens: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
