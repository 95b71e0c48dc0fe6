"""The composer: facts that may leave, the email with its sources, the verdict that opens or bars approval."""
