import type { ComponentChildren } from "preact";

/** A stamp on a ticket: claimed, used; `gone`: expired, voided. */
export function Seal({ gone = false, children }: { gone?: boolean; children: ComponentChildren }) {
  return <span class={`seal ${gone ? "gone" : ""}`}>{children}</span>;
}
