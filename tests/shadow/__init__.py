"""Shadow mode: everything is looked at and told, nothing sent or written."""
