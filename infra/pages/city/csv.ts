// A table as a file that spreadsheet programs open: amounts in major units, nothing that they would compute.

import { digitsOf } from "../shared/figures";

export type Cell = string | number;

/** With a byte order mark: without it a spreadsheet program does not read Chinese. */
export function csvOf(lines: Cell[][]): Blob {
  return new Blob([`\ufeff${textOf(lines)}`], { type: "text/csv;charset=utf-8" });
}

export function textOf(lines: Cell[][]): string {
  return lines.map((line) => `${line.map(shown).join(",")}\r\n`).join("");
}

/** An amount as a plain number of major units: `1234.50`. */
export function plain(minor: number, currency: string): string {
  const digits = digitsOf(currency);
  return (minor / 10 ** digits).toFixed(digits);
}

/** A text that a spreadsheet program would compute begins with an apostrophe, as in the stack's own files. */
function shown(cell: Cell): string {
  const text = String(cell);
  const safe = /^[=+@\t\r]/.test(text) || /^-(?![\d.]+$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
