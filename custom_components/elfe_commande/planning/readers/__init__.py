"""What prices, sun and base load look like where they come from, and the series they make."""
