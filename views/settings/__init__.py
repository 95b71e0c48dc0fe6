"""Settings: the figures of the business, which are journalled and can be undone, and this computer's look."""
