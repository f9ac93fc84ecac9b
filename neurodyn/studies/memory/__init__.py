"""What the studies of memories share."""
