"""Pure values: what an appliance, a plan, a decision, an order and its outcome are."""
