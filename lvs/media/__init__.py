"""Reading videos: a path in, a result out. Runs in worker processes and knows no store."""
