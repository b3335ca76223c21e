#!/usr/bin/env python3
"""Makes a wheel of an archive of build.sh, so that `pip install` gives the command `holdfast`.

    python3 Scripts/dist/wheel.py dist/holdfast-VERSION-linux-x86_64.tar.gz

Prints the wheel's path; its SHA-256 lies beside it. The package has the archive's folders as they are (program, libraries, suites, baselines,
recipes, licences; not docs and reports, which are the repository's), and a command that becomes the program. The same archive makes the same
bytes. The tag says which glibc is the least: the newest symbol version that a binary asks for.
"""

import base64
import csv
import hashlib
import io
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile
import zlib

SHIPPED = ("bin", "lib", "suites", "baselines", "recipes", "LICENSES")
LAUNCHER = '''"""The command `holdfast`: it becomes the program that lies beside this file."""

import os
import pathlib
import sys

PROGRAM = pathlib.Path(__file__).parent / "bin" / "holdfast"


def main():
    os.execv(PROGRAM, ["holdfast", *sys.argv[1:]])


if __name__ == "__main__":
    main()
'''


def glibc(files):
    """The newest version of glibc that an ELF file asks for, as (2, N)."""
    newest = (2, 17)
    for name, data in files:
        if data[:4] == b"\x7fELF":
            for match in re.finditer(rb"GLIBC_2\.(\d+)", data):
                newest = max(newest, (2, int(match[1])))
    return newest


def refuse(why):
    print(f"wheel: {why}", file=sys.stderr)
    sys.exit(2)


def main():
    archive = pathlib.Path(sys.argv[1] if len(sys.argv) == 2 else "")
    named = re.fullmatch(r"holdfast-(.*)-linux-x86_64\.tar\.gz", archive.name)
    if not named or not archive.is_file():
        refuse("usage: wheel.py dist/holdfast-VERSION-linux-x86_64.tar.gz, which Scripts/dist/build.sh makes")
    version = named[1]
    files, modes = [], {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                name = member.name.partition("/")[2]
                if member.isfile() and (name.split("/")[0] in SHIPPED or name == "LICENSE"):
                    files.append((f"holdfast/{name}", tar.extractfile(member).read()))
                    modes[f"holdfast/{name}"] = 0o755 if member.mode & 0o100 else 0o644
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        refuse(f"{archive}: cannot be read ({' '.join(str(error).split())})")
    if modes.get("holdfast/bin/holdfast") != 0o755 or "holdfast/LICENSE" not in modes:
        refuse(f"{archive}: not an archive of Scripts/dist/build.sh: bin/holdfast or LICENSE is missing")
    least = glibc(files)
    tag = f"py3-none-manylinux_{least[0]}_{least[1]}_x86_64"
    info = f"holdfast-{version}.dist-info"
    licence = dict(files)["holdfast/LICENSE"]
    files += [
        ("holdfast/__init__.py", b""), ("holdfast/__main__.py", LAUNCHER.encode()),
        (f"{info}/METADATA", (
            f"Metadata-Version: 2.1\nName: holdfast\nVersion: {version}\n"
            "Summary: Gates fine-tuned language models on in-context learning\nRequires-Python: >=3.8\nLicense-File: LICENSE\n").encode()),
        (f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: holdfast\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()),
        (f"{info}/entry_points.txt", b"[console_scripts]\nholdfast = holdfast.__main__:main\n"),
        (f"{info}/LICENSE", licence),
    ]
    record = io.StringIO()
    rows = csv.writer(record, lineterminator="\n")
    for name, data in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.writerow([name, f"sha256={digest}", len(data)])
    rows.writerow([f"{info}/RECORD", "", ""])
    files.append((f"{info}/RECORD", record.getvalue().encode()))
    path = archive.parent / f"holdfast-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, data in files:
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100000 | modes.get(name, 0o644)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data, compresslevel=9)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    (path.parent / f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n")
    print(f"wheel: {path.name}: {path.stat().st_size / 1e6:.1f} MB, needs glibc {least[0]}.{least[1]}", file=sys.stderr)
    print(path)


if __name__ == "__main__":
    main()
