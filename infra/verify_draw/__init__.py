"""Recomputes a lottery's draw from its published files: `python -m infra.verify_draw FOLDER --commitment HEX`.

It shares no code with the system that drew, so that one mistake cannot hide in both; it needs `cryptography` and
`py_ecc`. README.md describes each byte, and `verify.mjs` does the same in JavaScript.
"""
