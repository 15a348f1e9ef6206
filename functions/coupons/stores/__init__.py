"""The only importers of boto3. `keys` builds every key; each other module owns the items and expressions it names."""
