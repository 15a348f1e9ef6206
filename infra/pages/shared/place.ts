// The address behind `#`, which says what is shown: one entry of the history a screen.

/** `#/seasons/beijing-2020/places` is `["seasons", "beijing-2020", "places"]`. */
export function stepsOf(hash: string): string[] {
  return hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decoded);
}

/** A broken escape is kept as it is written: the stack answers that there is no such thing. */
function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
