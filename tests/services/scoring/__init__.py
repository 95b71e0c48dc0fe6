"""Tests of scoring: published anchors, laws, and runs over real stores."""
