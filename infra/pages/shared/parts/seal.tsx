import type { ComponentChildren } from "preact";

/** A stamp on a ticket: claimed, used. */
export function Seal({ children }: { children: ComponentChildren }) {
  return <span class="seal">{children}</span>;
}
