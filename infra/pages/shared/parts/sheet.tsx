// A sheet that rises from the bottom: it takes the focus, keeps it, and gives it back. Escape closes it.
// Not a <dialog>: Safari 14 has none.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { say } from "../words";
import { Icon } from "./icons";

const STOPS = "a[href], button, input, select, textarea, [tabindex='0']";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

export function Sheet({ title, onClose, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    place.current?.focus();
    return () => before?.focus();
  }, []);
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    if (event.key !== "Tab" || !place.current) return;
    const stops = [...place.current.querySelectorAll<HTMLElement>(STOPS)];
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const at = document.activeElement;
    const leaves = event.shiftKey ? at === first || at === place.current : at === last;
    if (!leaves) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  };
  return (
    <div class="sheet" ref={place} role="dialog" aria-modal="true" aria-label={title} tabIndex={-1} onKeyDown={keys} data-rising>
      <div class="top">
        <h2>{title}</h2>
        <button type="button" class="switch" onClick={onClose}>
          <Icon name="close" />
          <span class="unseen">{say("sheet.close")}</span>
        </button>
      </div>
      {children}
    </div>
  );
}
