"""Steps of fixed length, which all trials take together, in compiled code."""
