"""What customers write and rate: whether they are unhappy, say that they leave, or wait for an answer."""
