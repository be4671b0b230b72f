"""The DLNA media server."""
