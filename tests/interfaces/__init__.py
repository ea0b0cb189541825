"""The surfaces of people: what their messages mean, and what is shown on them."""
