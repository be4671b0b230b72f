"""Which list a request asks for: its query, search syntax and built-in lists."""
