"""The client that citizens' apps and merchants' tills use, and the page of rules that it obeys (README.md)."""
