"""An example of somebody who listens: subscribes to the event bus and prints one line an event."""
