// Which screen is shown: one entry of the history a screen, in the address behind `#`.

import { signal } from "@preact/signals";
import { stepsOf } from "../shared/place";

export type Screen = "sale" | "orders" | "order" | "holds" | "queue" | "settlement" | "settings" | "door";
export interface Place {
  screen: Screen;
  /** An order's number, or a day. */
  of: string;
}

export const place = signal<Place>({ screen: "sale", of: "" });

export function placeOf(hash: string): Place {
  const [name = "", ...rest] = stepsOf(hash);
  if (name === "orders") return rest.length > 0 ? { screen: "order", of: rest.join("/") } : { screen: "orders", of: "" };
  if (name === "settlement") return { screen: "settlement", of: rest[0] ?? "" };
  return { screen: (["holds", "queue", "settings", "door"] as const).find((each) => each === name) ?? "sale", of: "" };
}

export function orderHref(number: string): string {
  return `#/orders/${encodeURIComponent(number)}`;
}

/** Follows the address. */
export function following(): void {
  addEventListener("hashchange", follow);
  follow();
}

/** Moves at once: the browser tells of a changed address later, and a code that is read until then has no screen. */
export function went(hash: string): void {
  location.hash = hash;
  follow();
}

function follow(): void {
  const now = placeOf(location.hash);
  if (now.screen !== place.value.screen || now.of !== place.value.of) place.value = now;
}
