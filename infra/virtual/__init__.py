"""DynamoDB in this process's memory: compiled expressions, no wire."""
