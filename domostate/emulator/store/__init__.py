"""The estate in SQLite: tables, rules, and nothing of what the wire looks like."""
