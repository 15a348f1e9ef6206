"""The pages for people, in TypeScript, and what is written for them from this code."""
