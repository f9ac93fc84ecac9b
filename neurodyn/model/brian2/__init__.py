"""Models written for Brian2: equation strings, thresholds, resets and namespaces as a `Model`.

Brian2 itself is never imported: objects of it are known by what they offer, and its text is read like our own.
"""
