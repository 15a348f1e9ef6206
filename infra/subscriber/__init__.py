"""An example subscriber: it receives events from the bus and prints one line for each."""
