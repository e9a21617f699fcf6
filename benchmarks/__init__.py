"""How well and how fast reports are read: an invented corpus, pinned floors, and speed beside other libraries."""
