"""The client, from its values to its calls."""
