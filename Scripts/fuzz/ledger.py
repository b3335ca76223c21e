"""Mutations of a ledger: rows, schema, pages, companions. What the program then says must be what it says of the sound ledger, or an error."""

import json
import os
import sqlite3

import octets

ROWS = [
    "UPDATE scores SET exact_match = 1 - exact_match",
    "UPDATE scores SET exact_match = 1",
    "UPDATE scores SET exact_match = 1 WHERE request_id < '8'",
    "UPDATE scores SET logprob = logprob / 2",
    "UPDATE scores SET logprob = 1e308",
    "UPDATE scores SET logprob = -1e308",
    "UPDATE scores SET is_greedy = 1",
    "UPDATE scores SET terminator_logprob = NULL",
    "UPDATE scores SET exact_match = NULL",
    "UPDATE scores SET tokens = x''",
    "UPDATE scores SET tokens = x'ff'",
    "UPDATE scores SET tokens = zeroblob(100000)",
    "UPDATE scores SET token_count = -1",
    "UPDATE scores SET context_tokens = 9223372036854775807",
    "UPDATE scores SET numerics_id = 'other'",
    "UPDATE scores SET token_hash = 'x'",
    "DELETE FROM scores",
    "DELETE FROM scores WHERE request_id < '4'",
    "UPDATE observations SET block = block + 1",
    "UPDATE observations SET k = k + 100",
    "UPDATE observations SET item = item || 'x'",
    "UPDATE observations SET family = 'other'",
    "UPDATE observations SET draw = -1",
    "UPDATE observations SET role = role + 1",
    "UPDATE observations SET condition = 'random'",
    "UPDATE observations SET condition = 'nobody'",
    "UPDATE observations SET task = 'other'",
    "UPDATE observations SET request_id = (SELECT request_id FROM observations LIMIT 1)",
    "UPDATE observations SET block = 9223372036854775807",
    "DELETE FROM observations",
    "DELETE FROM observations WHERE block % 2",
    "UPDATE requests SET context = 'x'",
    "UPDATE requests SET continuation = ''",
    "UPDATE requests SET rule = '{'",
    'UPDATE requests SET rule = \'{"accepted": ["x"], "stop": ""}\'',
    "UPDATE requests SET special_tokens = 1 - special_tokens",
    "DELETE FROM requests",
    "UPDATE runs SET finished_at = NULL",
    "UPDATE runs SET share = '1/0'",
    "UPDATE runs SET share = '0'",
    "UPDATE runs SET draws = -1",
    "UPDATE runs SET draws = 9223372036854775807",
    "UPDATE runs SET suite_hash = 'x'",
    "UPDATE runs SET prompt_hash = 'x'",
    "UPDATE runs SET started_at = 'yesterday'",
    "UPDATE runs SET started_at = ''",
    "UPDATE runs SET command = char(27) || '[31m'",
    "UPDATE runs SET kernel = 'x'",
    "UPDATE runs SET threads = -1",
    "UPDATE runs SET model_id = (SELECT id FROM models LIMIT 1)",
    "DELETE FROM runs",
    "UPDATE models SET name = char(27) || '[31m'",
    "UPDATE models SET path = '/etc/passwd'",
    "UPDATE models SET weights = ''",
    "UPDATE models SET format = 'x'",
    "UPDATE models SET storage = 'x'",
    "DELETE FROM models",
    "UPDATE models SET adapter = NULL",
    "UPDATE verdicts SET verdict = 'pass'",
    "UPDATE verdicts SET verdict = 'x'",
    "UPDATE verdicts SET report = '{'",
    "UPDATE verdicts SET report = replace(report, 'fail', 'pass')",
    "UPDATE verdicts SET report = '[]'",
    "UPDATE verdicts SET created_at = 'x'",
    "UPDATE verdicts SET baseline_path = char(27) || 'c'",
    "UPDATE verdicts SET report = replace(report, '0', '9')",
    "DELETE FROM verdicts",
    "UPDATE file_hashes SET sha256 = 'x'",
    "UPDATE file_hashes SET sha256 = (SELECT sha256 FROM file_hashes LIMIT 1)",
    "DELETE FROM file_hashes",
    "UPDATE trainings SET labels = '{'",
    "UPDATE trainings SET seed = '-1'",
    "UPDATE trainings SET steps_planned = -1",
    "UPDATE training_steps SET loss = 1e308",
    "UPDATE training_steps SET step = -step",
    "DELETE FROM grdb_migrations",
    "INSERT INTO grdb_migrations VALUES ('99')",
    "UPDATE grdb_migrations SET identifier = identifier || 'x'",
]
SCHEMA = [
    "DROP TABLE scores",
    "DROP TABLE grdb_migrations",
    "DROP TABLE file_hashes",
    "ALTER TABLE scores RENAME TO old",
    "ALTER TABLE scores ADD COLUMN more TEXT",
    "ALTER TABLE scores DROP COLUMN token_hash",
    "ALTER TABLE runs RENAME COLUMN share TO portion",
    "CREATE TABLE other (x)",
    "CREATE TRIGGER t AFTER INSERT ON observations BEGIN UPDATE scores SET exact_match = 1; END",
    "CREATE TRIGGER t AFTER INSERT ON scores BEGIN UPDATE scores SET exact_match = 1; END",
    "CREATE TRIGGER t BEFORE INSERT ON runs BEGIN DELETE FROM scores; END",
    "CREATE VIEW v AS SELECT * FROM scores",
    "CREATE INDEX i ON scores (logprob)",
    "PRAGMA user_version = 99",
    "PRAGMA application_id = 0",
    "PRAGMA application_id = 1",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA encoding = 'UTF-16'",
    "VACUUM",
    "DROP TABLE scores; CREATE TABLE scores AS SELECT 1 AS x",
    "DROP TABLE scores; CREATE VIEW scores AS SELECT * FROM requests",
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'TEXT', 'BLOB')",
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = 2",
    "PRAGMA writable_schema = ON; DELETE FROM sqlite_master",
]


def statement(path, rng):
    """Rows or schema change, as somebody's editor would change them."""
    base = sqlite3.connect(path, isolation_level=None)
    try:
        base.executescript(
            f"PRAGMA foreign_keys = {rng.randrange(2)}; PRAGMA ignore_check_constraints = {rng.randrange(2)};"
        )
        base.executescript(rng.choice(ROWS if rng.random() < 0.8 else SCHEMA))
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.Error:
        pass
    finally:
        base.close()


def column(path, rng):
    """One column of one table takes one value."""
    base = sqlite3.connect(path, isolation_level=None)
    try:
        tables = [name for name, in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        table = rng.choice(tables)
        name = rng.choice([row[1] for row in base.execute(f'PRAGMA table_info("{table}")')])
        value = rng.choice(
            [
                "NULL",
                "0",
                "1",
                "-1",
                "9223372036854775807",
                "'x'",
                "''",
                "x'00ff'",
                "1e308",
                "char(27) || '[2J'",
                "zeroblob(2000000)",
                f'"{name}" || "{name}"',
                f'"{name}" + 1',
                f'-"{name}"',
            ]
        )
        where = rng.choice(
            [
                "",
                f' WHERE "{name}" = (SELECT min("{name}") FROM "{table}")',
                f' WHERE "{name}" > (SELECT min("{name}") FROM "{table}")',
            ]
        )
        base.execute("PRAGMA ignore_check_constraints = 1")
        base.execute(f'UPDATE "{table}" SET "{name}" = {value}{where}')
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except (sqlite3.Error, IndexError):
        pass
    finally:
        base.close()


def pages(path, rng):
    """The file's bytes, its header's fields more often."""
    with open(path, "rb") as file:
        data = file.read()
    if rng.random() < 0.4 and data:
        place = rng.randrange(min(100, len(data)))
        data = data[:place] + bytes([rng.choice([0, 1, 2, 127, 128, 255])]) + data[place + 1 :]
    else:
        data = rng.choice(octets.OPERATIONS)(data, rng)
    with open(path, "wb") as file:
        file.write(data)


def companion(path, rng):
    """A write-ahead log or its index that belongs to another file, or to none."""
    for suffix in rng.choice([["-wal"], ["-shm"], ["-wal", "-shm"], ["-journal"]]):
        data = rng.choice(
            [
                b"",
                b"\0" * 32768,
                b"7\x7f\x06\x82" + os.urandom(0) + rng.randbytes(4096),
                rng.randbytes(5000),
                b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + rng.randbytes(512),
            ]
        )
        with open(path + suffix, "wb") as file:
            file.write(data)


OPERATIONS = [statement, statement, statement, column, column, pages, companion]


def verdict(command, outcome):
    """What must not change: of a gate or a report every outcome and number, of others the verdict's words. None where it gave none."""
    if outcome.code not in (0, 1, 3):
        return None
    if command[0] == "gate" or command[:2] == ["report", "--json"]:
        try:
            report = json.loads(outcome.out)
        except ValueError:
            return "no JSON"
        return json.dumps([judged(candidate) for candidate in report.get("candidates", [])], sort_keys=True)
    if command[:2] == ["runs", "--verdicts"]:
        words = outcome.out.decode("utf-8", "replace").split()
        return sorted({word for word in words if word in ("PASS", "FAIL", "INCONCLUSIVE")})
    return None


def agrees(command, said, clean):
    """Whether a damaged ledger led to what the sound one leads to, or to an error."""
    if said is None:
        return True
    # A verdict that is gone from a list is no other verdict.
    return set(said) <= set(clean) if command[0] == "runs" else said == clean


def judged(candidate):
    return {key: value for key, value in candidate.items() if key not in ("duration_seconds", "whole_seconds", "path", "model")}
