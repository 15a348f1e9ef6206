// What is loaded after a sale can begin, so that it does not burden the first opening.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { Frame } from "./frame";
import { tell } from "./words";

type Rest = typeof import("./rest");
const rest = signal<Rest | null>(null);
const failed = signal(false);

export function loadRest(): void {
  if (rest.value) return;
  import("./rest").then(
    (found) => (rest.value = found),
    () => (failed.value = true),
  );
}

/** A screen of the rest by its `title`; or a part of one, without. */
export function Later({ title, of }: { title?: string; of: (rest: Rest) => ComponentChildren }) {
  useEffect(loadRest, []);
  if (rest.value) return <>{of(rest.value)}</>;
  const waiting = failed.value ? (
    // A browser may keep the failure of a script; a page that is loaded again asks anew.
    <Notice mood="wait" icon="offline" title={tell("orders.failed")} live="status">
      <Button kind="quiet" onPress={() => location.reload()}>{tell("act.again")}</Button>
    </Notice>
  ) : (
    <div class="skeleton ticket" aria-hidden="true" />
  );
  return title === undefined ? waiting : <Frame title={title}>{waiting}</Frame>;
}
