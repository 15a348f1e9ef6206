"""The JSON bodies of responses: each model beside the mapping that makes it from values of the model."""
