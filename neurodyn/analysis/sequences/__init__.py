"""What theory says of sequence memories."""
