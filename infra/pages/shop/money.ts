// Amounts as a clerk types them: digits and one point or comma, into whole minor units.

/** An order's total may be as high as this. */
export const TOTAL_MAX_MINOR = 1e11;

/** `12.5` → 1250 with two digits; null for nothing, more digits than the currency has, or too much. */
export function minorOf(text: string, digits: number): number | null {
  const found = /^(\d{1,12})(?:[.,](\d*))?$/.exec(text.trim());
  if (!found) return null;
  const fraction = found[2] ?? "";
  if (fraction.length > digits) return null;
  const minor = Number(found[1]) * 10 ** digits + Number(fraction.padEnd(digits, "0"));
  return minor > 0 && minor <= TOTAL_MAX_MINOR ? minor : null;
}

/** The text after a key of the keypad; `back` removes the last character. A key that cannot follow changes nothing. */
export function typed(text: string, key: string, digits: number): string {
  if (key === "back") return text.slice(0, -1);
  const next = (text === "0" && key !== "." ? "" : text) + (key === "." && text === "" ? "0." : key);
  const mayBe = digits > 0 ? new RegExp(`^\\d{0,9}(\\.\\d{0,${digits}})?$`) : /^\d{0,11}$/;
  return mayBe.test(next) ? next : text;
}

/** Minor units as the field takes them back: `40.00`. */
export function textOf(minor: number, digits: number): string {
  return (minor / 10 ** digits).toFixed(digits);
}
