"""The Alerts page: queue, detail and actions, nested in splitters; what a person does all day."""
