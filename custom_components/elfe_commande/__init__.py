"""Make a 24-hour energy plan really happen on people's appliances."""
