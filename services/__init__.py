"""What the program does, free of Qt: one folder for each room of the flow, and the workspace that they share."""
