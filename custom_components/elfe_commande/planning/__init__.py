"""Where the loads of a home run at the least cost; pure: what it needs to know is handed in."""
