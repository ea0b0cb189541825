"""From the appliances of a home to loads, and from plans to what they cost: pure."""
