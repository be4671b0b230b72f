"""HTTP: responses, access rules, caches, templates and static files."""
