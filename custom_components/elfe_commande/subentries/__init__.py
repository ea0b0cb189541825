"""What people add to an entry one by one: each subentry lives and changes on its own."""
