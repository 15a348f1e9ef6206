// Which screen is shown: the fragment of the address, one entry of the history a screen.

import { signal } from "@preact/signals";
import { stepsOf } from "../shared/place";

export const place = signal<string[]>(stepsOf(location.hash));
/** Whether the person moved to this screen; then its heading takes the focus. */
let moved = false;

addEventListener("hashchange", () => {
  place.value = stepsOf(location.hash);
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

/** What is chosen on a screen stands in its address, but is no step of the way back. */
export function chosen(...parts: string[]): void {
  history.replaceState(null, "", to(...parts));
  place.value = parts;
}
