"""The day before the day: a release played with the code that will run, against the limits of the account."""
