"""Slots: people book them, wait for them and give them back; operators cancel them and change their places."""
