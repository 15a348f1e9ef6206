"""The sample seasons, and the reference of what a season's document can say."""
