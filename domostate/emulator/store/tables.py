"""The tables. Lists that are only ever read and written whole are JSON; ids are Domo's."""

FORMAT = "2"
"""Of the database; a folder with another one is refused by name."""

TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counters (kind TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE users (
  id INTEGER PRIMARY KEY, position INTEGER NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL,
  role TEXT NOT NULL, active INTEGER NOT NULL DEFAULT 1, deleted INTEGER NOT NULL DEFAULT 0,
  attributes TEXT NOT NULL DEFAULT '{}', profile TEXT NOT NULL DEFAULT '{}',
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
  password TEXT, failed_logins INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX users_by_position ON users (position);
CREATE TABLE roles (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL DEFAULT '',
  authorities TEXT NOT NULL DEFAULT '[]', created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL
);
CREATE TABLE attribute_keys (
  key TEXT PRIMARY KEY, keyspace TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL,
  validator TEXT NOT NULL, security_voter TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE groups (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL DEFAULT 'open',
  description TEXT NOT NULL DEFAULT '', creator_id INTEGER, active INTEGER NOT NULL DEFAULT 1,
  deleted INTEGER NOT NULL DEFAULT 0, created_ms INTEGER NOT NULL
);
CREATE TABLE group_members (
  group_id INTEGER NOT NULL, type TEXT NOT NULL, member_id INTEGER NOT NULL,
  PRIMARY KEY (group_id, type, member_id)
) WITHOUT ROWID;
CREATE INDEX groups_of_member ON group_members (type, member_id);
CREATE TABLE group_owners (
  group_id INTEGER NOT NULL, type TEXT NOT NULL, owner_id INTEGER NOT NULL,
  PRIMARY KEY (group_id, type, owner_id)
) WITHOUT ROWID;
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, original_name TEXT NOT NULL, provider TEXT NOT NULL,
  owner_id INTEGER NOT NULL, valid INTEGER NOT NULL DEFAULT 1,
  configuration TEXT NOT NULL DEFAULT '{}', created_ms INTEGER NOT NULL,
  created_by INTEGER NOT NULL, modified_ms INTEGER NOT NULL, modified_by INTEGER NOT NULL
);
CREATE TABLE account_shares (
  account_id INTEGER NOT NULL, type TEXT NOT NULL, principal_id TEXT NOT NULL, level TEXT NOT NULL,
  PRIMARY KEY (account_id, type, principal_id)
) WITHOUT ROWID;
CREATE TABLE tokens (token TEXT PRIMARY KEY, user_id INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sessions (
  token TEXT PRIMARY KEY, user_id INTEGER NOT NULL, generation INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE clients (
  id TEXT PRIMARY KEY, secret TEXT NOT NULL, user_id INTEGER NOT NULL, scopes TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '',
  made INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE datasets (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL DEFAULT '',
  owner_type TEXT NOT NULL, owner_id INTEGER NOT NULL,
  provider TEXT NOT NULL DEFAULT 'api', type TEXT NOT NULL DEFAULT '',
  transport TEXT NOT NULL DEFAULT 'API',
  tags TEXT NOT NULL DEFAULT '[]', hidden INTEGER NOT NULL DEFAULT 0,
  pdp_enabled INTEGER NOT NULL DEFAULT 0, pdp_secured INTEGER NOT NULL DEFAULT 0,
  pdp_external INTEGER NOT NULL DEFAULT 0, pdp_enabled_column INTEGER NOT NULL DEFAULT 0,
  schema_version INTEGER NOT NULL DEFAULT 0, indexed_version INTEGER NOT NULL DEFAULT 0,
  row_count INTEGER NOT NULL DEFAULT 0, column_count INTEGER NOT NULL DEFAULT 0,
  stream_id INTEGER,
  card_count INTEGER NOT NULL DEFAULT 0, card_views INTEGER NOT NULL DEFAULT 0,
  certification TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, touched_ms INTEGER NOT NULL,
  data_ms INTEGER, deleted INTEGER NOT NULL DEFAULT 0, deletion TEXT NOT NULL DEFAULT ''
);
CREATE INDEX datasets_by_name ON datasets (name, id);
CREATE TABLE listed_before (
  dataset_id TEXT NOT NULL, until_ms INTEGER NOT NULL, seen TEXT NOT NULL,
  PRIMARY KEY (dataset_id, until_ms)
) WITHOUT ROWID;
CREATE TABLE schemas (
  dataset_id TEXT NOT NULL, version INTEGER NOT NULL, columns TEXT NOT NULL,
  width INTEGER NOT NULL, PRIMARY KEY (dataset_id, version)
) WITHOUT ROWID;
CREATE TABLE index_jobs (
  key TEXT PRIMARY KEY, dataset_id TEXT NOT NULL, version INTEGER NOT NULL,
  row_state INTEGER NOT NULL DEFAULT 0,
  requested_ms INTEGER NOT NULL, ready_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX index_jobs_of_dataset ON index_jobs (dataset_id);
CREATE INDEX index_jobs_by_time ON index_jobs (requested_ms);
CREATE TABLE grants (
  dataset_id TEXT NOT NULL, type TEXT NOT NULL, principal_id TEXT NOT NULL, level TEXT NOT NULL,
  PRIMARY KEY (dataset_id, type, principal_id)
) WITHOUT ROWID;
CREATE INDEX grants_of_principal ON grants (type, principal_id);
CREATE TABLE policies (
  id INTEGER PRIMARY KEY, dataset_id TEXT NOT NULL, type TEXT NOT NULL, name TEXT NOT NULL,
  filters TEXT NOT NULL DEFAULT '[]', virtual_users TEXT NOT NULL DEFAULT '[]',
  dataset_permissions INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX policies_of_dataset ON policies (dataset_id);
CREATE TABLE policy_members (
  policy_id INTEGER NOT NULL, type TEXT NOT NULL, member_id INTEGER NOT NULL,
  PRIMARY KEY (policy_id, type, member_id)
) WITHOUT ROWID;
CREATE INDEX policies_of_member ON policy_members (type, member_id);
CREATE TABLE column_policies (
  id INTEGER PRIMARY KEY, dataset_id TEXT NOT NULL, name TEXT NOT NULL
);
CREATE INDEX column_policies_of_dataset ON column_policies (dataset_id);
CREATE TABLE column_rules (
  id INTEGER PRIMARY KEY, policy_id INTEGER NOT NULL, uuid TEXT NOT NULL, masks TEXT NOT NULL,
  dataset_permissions INTEGER NOT NULL, position INTEGER NOT NULL, usual INTEGER NOT NULL
);
CREATE INDEX column_rules_of_policy ON column_rules (policy_id);
CREATE TABLE column_rule_members (
  rule_id INTEGER NOT NULL, type TEXT NOT NULL, member_id INTEGER NOT NULL,
  PRIMARY KEY (rule_id, type, member_id)
) WITHOUT ROWID;
CREATE TABLE column_mappings (
  id INTEGER PRIMARY KEY, dataset_id TEXT NOT NULL, policy_id INTEGER NOT NULL,
  column_name TEXT NOT NULL
);
CREATE INDEX column_mappings_of_dataset ON column_mappings (dataset_id);
CREATE TABLE cards (
  id INTEGER PRIMARY KEY, dataset_id TEXT NOT NULL, title TEXT NOT NULL, type TEXT NOT NULL,
  chart_type TEXT NOT NULL, owners TEXT NOT NULL, columns TEXT NOT NULL, views INTEGER NOT NULL,
  drill INTEGER NOT NULL
);
CREATE INDEX cards_of_dataset ON cards (dataset_id);
CREATE TABLE streams (
  id INTEGER PRIMARY KEY, dataset_id TEXT NOT NULL, provider TEXT NOT NULL DEFAULT '',
  transport TEXT NOT NULL DEFAULT '{}', account_id INTEGER, update_method TEXT NOT NULL,
  key_columns TEXT NOT NULL DEFAULT '[]', configuration TEXT NOT NULL DEFAULT '[]',
  schedule TEXT NOT NULL DEFAULT '{}', schedule_state TEXT NOT NULL DEFAULT '',
  creator_id INTEGER NOT NULL, created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0, modifier_id INTEGER,
  schedule_options TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX streams_of_dataset ON streams (dataset_id);
CREATE TABLE executions (
  stream_id INTEGER NOT NULL, id INTEGER NOT NULL, state TEXT NOT NULL, run_type TEXT NOT NULL,
  update_method TEXT NOT NULL, started_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL,
  ended_ms INTEGER, due_ms INTEGER, started_by INTEGER, cancelled_by INTEGER,
  row_count INTEGER NOT NULL DEFAULT 0, size_bytes INTEGER NOT NULL DEFAULT 0,
  errors TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (stream_id, id)
) WITHOUT ROWID;

CREATE TABLE row_states (
  dataset_id TEXT NOT NULL, number INTEGER NOT NULL, pieces TEXT NOT NULL,
  PRIMARY KEY (dataset_id, number)
) WITHOUT ROWID;
CREATE TABLE row_heads (
  dataset_id TEXT PRIMARY KEY, stored INTEGER NOT NULL, indexed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE data_versions (
  dataset_id TEXT NOT NULL, id INTEGER NOT NULL, upload_id INTEGER, action TEXT NOT NULL,
  tag TEXT NOT NULL DEFAULT '', schema_version INTEGER NOT NULL, rows INTEGER NOT NULL,
  bytes INTEGER NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL DEFAULT '',
  recorded_ms INTEGER NOT NULL, completed_ms INTEGER NOT NULL, row_state INTEGER NOT NULL,
  PRIMARY KEY (dataset_id, id)
) WITHOUT ROWID;
CREATE TABLE uploads (
  id INTEGER PRIMARY KEY, dataset_id TEXT NOT NULL, action TEXT NOT NULL, append_id TEXT NOT NULL,
  tag TEXT NOT NULL, committed INTEGER NOT NULL DEFAULT 0, requested_ms INTEGER NOT NULL
);
CREATE INDEX uploads_of_dataset ON uploads (dataset_id);
CREATE TABLE parts (
  owner TEXT NOT NULL, number INTEGER NOT NULL, file TEXT NOT NULL, bytes INTEGER NOT NULL,
  PRIMARY KEY (owner, number)
) WITHOUT ROWID;

CREATE TABLE requests (
  seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
  status INTEGER
);
CREATE TABLE history (
  entry INTEGER PRIMARY KEY, seq INTEGER NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
  kind TEXT NOT NULL, id TEXT NOT NULL, stood TEXT NOT NULL
);
CREATE TABLE faults (id INTEGER PRIMARY KEY, rule TEXT NOT NULL, matched INTEGER NOT NULL DEFAULT 0,
  fired INTEGER NOT NULL DEFAULT 0, switch TEXT NOT NULL DEFAULT '');
"""

ESTATE_TABLES = (
    "users", "groups", "group_members", "group_owners", "accounts", "account_shares",
    "tokens",
    "sessions", "clients", "roles", "attribute_keys",
    "datasets", "listed_before", "schemas", "index_jobs", "grants", "policies", "policy_members",
    "column_policies", "column_rules", "column_rule_members", "column_mappings", "cards",
    "streams",
    "executions", "row_states", "row_heads", "data_versions", "uploads", "parts",
    "requests", "history", "faults", "counters",
)  # fmt: skip
"""What a reset empties: everything but `facts`."""
