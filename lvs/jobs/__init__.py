"""Work that outlasts a request: asked for by one, done by a task of the house."""
