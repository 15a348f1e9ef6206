"""Recomputes a lottery's draw from its published files: `python -m infra.verify_draw FOLDER --commitment HEX`.

It shares no code with the system that drew, so that one mistake cannot hide in both; it needs `cryptography` and
`py_ecc`. README.md describes each byte, and `verify.mjs` does the same in JavaScript.
"""

import sys

_depth = sys.getrecursionlimit()
import py_ecc  # noqa: E402, F401 - the first import, because it raises the limit of nested calls to 100,000

# At that depth the stack itself ends: a deeply nested JSON file would end the process instead of being refused.
sys.setrecursionlimit(_depth)
