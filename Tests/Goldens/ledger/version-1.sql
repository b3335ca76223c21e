-- A ledger of schema 1, dumped (Python's sqlite3, iterdump) from a file that Holdfast wrote before schema 2: one run of 8 requests.
PRAGMA application_id = 1212957766;
BEGIN TRANSACTION;
CREATE TABLE file_hashes (
  device INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  size INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (device, inode)
) STRICT, WITHOUT ROWID;
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('1 scores');
CREATE TABLE models (
  id TEXT PRIMARY KEY NOT NULL,   -- the identity: one hash over the four below
  name TEXT NOT NULL,
  path TEXT NOT NULL,             -- where it was last seen
  weights TEXT NOT NULL,
  tokenizer TEXT NOT NULL,
  configuration TEXT NOT NULL,
  adapter TEXT,
  format TEXT NOT NULL,
  storage TEXT NOT NULL,
  first_seen TEXT NOT NULL
) STRICT;
INSERT INTO "models" VALUES('model-a','a','/models/a','w','t','c',NULL,'gguf','q4_1','2026-11-22 23:43:48.788');
CREATE TABLE observations (
  run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  task TEXT NOT NULL,
  family TEXT NOT NULL,
  item TEXT NOT NULL,
  block INTEGER NOT NULL,
  k INTEGER NOT NULL,
  draw INTEGER NOT NULL,
  condition TEXT NOT NULL,
  role INTEGER NOT NULL,          -- -1: the gold answer; otherwise the index of another choice
  request_id TEXT NOT NULL REFERENCES requests (id),
  PRIMARY KEY (run_id, task, draw, block, k, item, condition, role)
) STRICT, WITHOUT ROWID;
INSERT INTO "observations" VALUES('20261122-234348-ecd512','task','made','item-0-0',0,0,0,'gold',-1,'47e59aee58fa4d6580975f871aa0063d53331c9a005ab47eb66d366c4f309b09');
INSERT INTO "observations" VALUES('20261122-234348-ecd512','task','made','item-0-0',0,0,0,'gold',1,'740f64db4d7f2b2dd3c4d2b873333076fbbb4e6a5195698737e6ef106c8f873c');
INSERT INTO "observations" VALUES('20261122-234348-ecd512','task','made','item-0-1',0,0,0,'gold',-1,'ff52dae3b04fb30ea4ec5e76c8f2b23a6bb035dab8ec10185cdabec2d898c6ea');
INSERT INTO "observations" VALUES('20261122-234348-ecd512','task','made','item-0-1',0,0,0,'gold',1,'c1f647814959d3ae91420451652810c224e70470531755e73a0d99ada2e7f952');
INSERT INTO "observations" VALUES('20261122-234348-ecd512','task','made','item-0-0',0,4,0,'gold',-1,'51e29bec4281f9a190e13b233733dc96e802cc014755c76d64d301d38acebfb6');
INSERT INTO "observations" VALUES('20261122-234348-ecd512','task','made','item-0-0',0,4,0,'gold',1,'7304c8217b8f0ad72a3f2ca24b9b3cd8a66306ea18a7346a23ccb11bfa582590');
INSERT INTO "observations" VALUES('20261122-234348-ecd512','task','made','item-0-1',0,4,0,'gold',-1,'553b1a4f65b684537c13efaaf0d21cbbd9a390691eecea29737fcbed028d8059');
INSERT INTO "observations" VALUES('20261122-234348-ecd512','task','made','item-0-1',0,4,0,'gold',1,'fd6ef6b8b40e743d970ea1b8bbd439817c6230c156c4377cda2355062df9a2ed');
CREATE TABLE requests (
  id TEXT PRIMARY KEY NOT NULL,   -- SHA-256 over the four below
  context TEXT NOT NULL,
  continuation TEXT NOT NULL,
  special_tokens INTEGER NOT NULL,
  rule TEXT                       -- JSON of the exact-match rule; NULL: logprob only
) STRICT;
INSERT INTO "requests" VALUES('47e59aee58fa4d6580975f871aa0063d53331c9a005ab47eb66d366c4f309b09','task 0 0 at 0',' yes',1,'{"accepted":["yes"],"stop":"\n"}');
INSERT INTO "requests" VALUES('740f64db4d7f2b2dd3c4d2b873333076fbbb4e6a5195698737e6ef106c8f873c','task 0 0 at 0',' no',1,NULL);
INSERT INTO "requests" VALUES('ff52dae3b04fb30ea4ec5e76c8f2b23a6bb035dab8ec10185cdabec2d898c6ea','task 0 1 at 0',' yes',1,'{"accepted":["yes"],"stop":"\n"}');
INSERT INTO "requests" VALUES('c1f647814959d3ae91420451652810c224e70470531755e73a0d99ada2e7f952','task 0 1 at 0',' no',1,NULL);
INSERT INTO "requests" VALUES('51e29bec4281f9a190e13b233733dc96e802cc014755c76d64d301d38acebfb6','task 0 0 at 4',' yes',1,'{"accepted":["yes"],"stop":"\n"}');
INSERT INTO "requests" VALUES('7304c8217b8f0ad72a3f2ca24b9b3cd8a66306ea18a7346a23ccb11bfa582590','task 0 0 at 4',' no',1,NULL);
INSERT INTO "requests" VALUES('553b1a4f65b684537c13efaaf0d21cbbd9a390691eecea29737fcbed028d8059','task 0 1 at 4',' yes',1,'{"accepted":["yes"],"stop":"\n"}');
INSERT INTO "requests" VALUES('fd6ef6b8b40e743d970ea1b8bbd439817c6230c156c4377cda2355062df9a2ed','task 0 1 at 4',' no',1,NULL);
CREATE TABLE runs (
  id TEXT PRIMARY KEY NOT NULL,
  model_id TEXT NOT NULL REFERENCES models (id),
  suite TEXT NOT NULL,
  suite_hash TEXT NOT NULL,
  prompt_hash TEXT NOT NULL,
  numerics_id TEXT NOT NULL,
  share TEXT NOT NULL,
  draws INTEGER NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  command TEXT NOT NULL,
  kernel TEXT NOT NULL,
  threads INTEGER NOT NULL
) STRICT;
INSERT INTO "runs" VALUES('20261122-234348-ecd512','model-a','made','s','p','numerics 1','1/1',1,'2026-11-22 23:43:48.795','2026-11-22 23:43:48.806','run','avx2',2);
CREATE TABLE scores (
  model_id TEXT NOT NULL REFERENCES models (id),
  request_id TEXT NOT NULL REFERENCES requests (id),
  numerics_id TEXT NOT NULL,
  logprob REAL NOT NULL,
  is_greedy INTEGER NOT NULL,
  terminator_logprob REAL,
  exact_match INTEGER,
  token_count INTEGER NOT NULL,
  tokens BLOB NOT NULL,           -- the continuation's ids, int32, little-endian
  context_tokens INTEGER NOT NULL,
  token_hash TEXT NOT NULL,
  PRIMARY KEY (model_id, request_id, numerics_id)
) STRICT, WITHOUT ROWID;
INSERT INTO "scores" VALUES('model-a','47e59aee58fa4d6580975f871aa0063d53331c9a005ab47eb66d366c4f309b09','numerics 1',-3.33333333333333314829e-01,1,-1.42857142857142849212e-01,1,2,X'FFFFFF7F00000000',30,'hash 0');
INSERT INTO "scores" VALUES('model-a','51e29bec4281f9a190e13b233733dc96e802cc014755c76d64d301d38acebfb6','numerics 1',-1.66666666666666674068e+00,1,-1.42857142857142849212e-01,1,2,X'FFFFFF7FFCFFFFFF',34,'hash 4');
INSERT INTO "scores" VALUES('model-a','553b1a4f65b684537c13efaaf0d21cbbd9a390691eecea29737fcbed028d8059','numerics 1',-2.33333333333333348136e+00,1,-1.42857142857142849212e-01,0,2,X'FFFFFF7FFAFFFFFF',36,'hash 6');
INSERT INTO "scores" VALUES('model-a','7304c8217b8f0ad72a3f2ca24b9b3cd8a66306ea18a7346a23ccb11bfa582590','numerics 1',-2.0,0,NULL,NULL,2,X'FFFFFF7FFBFFFFFF',35,'hash 5');
INSERT INTO "scores" VALUES('model-a','740f64db4d7f2b2dd3c4d2b873333076fbbb4e6a5195698737e6ef106c8f873c','numerics 1',-6.66666666666666629659e-01,0,NULL,NULL,2,X'FFFFFF7FFFFFFFFF',31,'hash 1');
INSERT INTO "scores" VALUES('model-a','c1f647814959d3ae91420451652810c224e70470531755e73a0d99ada2e7f952','numerics 1',-1.33333333333333325931e+00,0,NULL,NULL,2,X'FFFFFF7FFDFFFFFF',33,'hash 3');
INSERT INTO "scores" VALUES('model-a','fd6ef6b8b40e743d970ea1b8bbd439817c6230c156c4377cda2355062df9a2ed','numerics 1',-2.66666666666666651863e+00,0,NULL,NULL,2,X'FFFFFF7FF9FFFFFF',37,'hash 7');
INSERT INTO "scores" VALUES('model-a','ff52dae3b04fb30ea4ec5e76c8f2b23a6bb035dab8ec10185cdabec2d898c6ea','numerics 1',-1.0,1,-1.42857142857142849212e-01,0,2,X'FFFFFF7FFEFFFFFF',32,'hash 2');
CREATE TABLE verdicts (
  id TEXT PRIMARY KEY NOT NULL,
  run_id TEXT REFERENCES runs (id),
  model_id TEXT NOT NULL REFERENCES models (id),
  baseline_path TEXT NOT NULL,
  baseline_hash TEXT NOT NULL,
  verdict TEXT NOT NULL,
  report TEXT NOT NULL,           -- JSON
  created_at TEXT NOT NULL
) STRICT;
INSERT INTO "verdicts" VALUES('20261122-234348-3fcfe7','20261122-234348-ecd512','model-a','b.json','h','pass','{}','2026-11-22 23:43:48.806');
CREATE INDEX runs_by_model ON runs (model_id, suite_hash, started_at);
COMMIT;
