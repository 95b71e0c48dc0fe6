"""What columns mean: each kind of value, and the decisions that are taken for a whole column."""
