"""What mean-field theory expects of networks of very many units."""
