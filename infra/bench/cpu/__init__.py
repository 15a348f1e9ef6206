"""`make bench-cpu`: what a request costs of a processor, warm and cold, against one bare boto3 put."""
