"""The OpenAPI document, from the routes that the functions declare (`make openapi`).

| file | has |
|---|---|
| `document.py` | the document: servers, tags, paths, components |
| `operations.py` | a route's parameters, body and responses |
| `problems.py` | the refusals of a route, and a schema for each |
| `schemas.py` | the models' schemas, described by their docstrings, and the closed sets |
| `examples.py` | recorded requests and answers, from `examples.json` |
| `words.py` | what a field's name means wherever it appears |
| `components.py` | what is named once and referred to |
"""
