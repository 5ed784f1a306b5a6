"""The console, through Flask's test client, on a real database."""
