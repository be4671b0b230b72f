"""Live pages: events of the store become fragments, sent to open pages."""
