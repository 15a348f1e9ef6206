// Which screen is shown: the fragment of the address, one entry of the history a screen.

import { signal } from "@preact/signals";

/** `#/seasons/beijing-2020/places` is `["seasons", "beijing-2020", "places"]`. */
function read(): string[] {
  const parts = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return [];
  }
}

export const place = signal<string[]>(read());
/** Whether the person moved to this screen; then its heading takes the focus. */
let moved = false;

addEventListener("hashchange", () => {
  place.value = read();
  moved = true;
  scrollTo(0, 0);
});

/** True once for each move. */
export function justMoved(): boolean {
  const was = moved;
  moved = false;
  return was;
}

export function to(...parts: string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}
