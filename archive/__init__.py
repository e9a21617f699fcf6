"""The product: archive.db, made from the evidence and the reading of it, deleted and rebuilt at any time."""
