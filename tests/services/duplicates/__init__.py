"""Tests of one customer: finding, merging, deciding, and what later imports do."""
