// What the sale knows of a venue's door: a slot's code, which is no coupon's, and who takes the codes that are read.

import { signal } from "@preact/signals";
import { keep, remembered } from "../shared/preferences";

const KEY = "season.shop.door";
/** People have been checked in on this device, or could be. */
export const atDoor = signal(remembered(KEY) !== null);
/** Read in the sale, for the door. */
export const slotCode = signal<string | null>(null);
/** The screen that takes codes in place of the sale. */
export const taker = signal<((text: string) => void) | null>(null);

/** The first character of a code tells its kind. */
export function isSlotCode(text: string): boolean {
  return /^s[A-Za-z0-9_-]{59,159}$/.test(text);
}

export function doorFound(): void {
  atDoor.value = true;
  keep(KEY, "yes");
}
