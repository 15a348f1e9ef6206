// What was pasted for a signature.

/** Its digits without gaps; of the whole answer of a drand node, those of its `signature`. Nothing else is changed. */
export function signatureIn(text: string): string {
  const found = /"signature"\s*:\s*"([^"]*)"/.exec(text);
  return (found?.[1] ?? text).replace(/\s/g, "");
}
