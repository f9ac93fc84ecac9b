"""Components that differ from what their file says: what becomes of a response, and how many are good."""
