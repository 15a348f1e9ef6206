"""The bodies and query parameters of routes, in modules of those who send them: a function loads its own."""
