"""What the program knows: values, tables, the store and the journal. Knows nothing of services, views or Qt."""
