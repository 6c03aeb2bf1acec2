-- One point's journal. An event row is never changed; `body` holds its exact bytes as sent, chain included.
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE event (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);

-- What was answered to a request with this idempotency key; rides in the commit of the events it caused.
CREATE TABLE answer (key TEXT PRIMARY KEY, request BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
                     at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX answer_at ON answer (at);

-- How far a reader has come; rides in the commit of the events it caused.
CREATE TABLE cursor (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- `base`: the state before the oldest event still kept. `latest`: a cache of a replay, discarded when in doubt.
CREATE TABLE snapshot (kind TEXT PRIMARY KEY, seq INTEGER NOT NULL, chain TEXT NOT NULL, shape TEXT NOT NULL,
                       state BLOB NOT NULL) WITHOUT ROWID;
