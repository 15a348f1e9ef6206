// A keyboard scanner: it types a code faster than a hand, and ends with Enter. Whatever has the focus, the code is taken
// and the field gets back what it had; so a scan is never appended to an amount, and its Enter presses nothing.

/** Between two keys of a scanner; a hand is slower. */
const GAP_MAX_MS = 80;
/** Where nobody types letters (an amount, or no field at all) a slow scanner is waited for as well. */
const SLOW_GAP_MAX_MS = 1_000;
/** Shorter texts are somebody typing. */
const LENGTH_MIN = 12;

export class Wedge {
  private text = "";
  private lastMs = -Infinity;

  /** `begins` is called at the first key of what may become a scan. */
  constructor(private readonly begins: () => void = () => undefined) {}

  /** The text of a scan, at its Enter; null before, and for keys of a hand. `amount`: no letters are typed here. */
  key(key: string, atMs: number, amount = false): string | null {
    const gapMs = atMs - this.lastMs;
    // Digits before a pause are the amount; letters are never.
    const goesOn = gapMs <= GAP_MAX_MS || (amount && gapMs <= SLOW_GAP_MAX_MS && /[^\d.,]/.test(this.text));
    this.lastMs = atMs;
    if (key === "Enter") {
      const scan = goesOn && this.text.length >= LENGTH_MIN ? this.text : null;
      this.text = "";
      return scan;
    }
    if (key.length !== 1) {
      // Shift comes before a capital letter.
      if (key !== "Shift") this.text = "";
      return null;
    }
    if (!goesOn || this.text === "") {
      this.text = "";
      this.begins();
    }
    this.text += key;
    return null;
  }
}

/** Listens in the whole document. Returns how to stop. */
export function listening(scanned: (text: string) => void): () => void {
  let field: HTMLInputElement | null = null;
  let before = "";
  const wedge = new Wedge(() => {
    const focus = document.activeElement;
    field = focus instanceof HTMLInputElement ? focus : null;
    before = field?.value ?? "";
  });
  const heard = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const focus = document.activeElement;
    const letters = focus instanceof HTMLInputElement && focus.id !== "amount";
    const scan = wedge.key(event.key, event.timeStamp, !letters);
    if (scan === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (field) {
      field.value = before;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    scanned(scan);
  };
  document.addEventListener("keydown", heard, true);
  return () => document.removeEventListener("keydown", heard, true);
}
