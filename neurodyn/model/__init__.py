"""Models as they are declared: data, read from text or built in Python."""
