// Parts that are loaded when they are shown first, so that they do not burden the first opening.

import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { UnreachableError } from "../shared/api";
import { Title, Waiting } from "./parts";

type Rest = typeof import("./rest");
const rest = signal<Rest | null>(null);
const failure = signal<UnreachableError | null>(null);

function load(): void {
  if (rest.value) return;
  import("./rest").then(
    (found) => (rest.value = found),
    (error) => (failure.value = new UnreachableError(String(error))),
  );
}

/** A screen by its `title`; or a part of one, without; a `quiet` part is not missed. A page that is loaded again asks for the names of a new build. */
export function Later({ title, quiet = false, of }: { title?: string; quiet?: boolean; of: (rest: Rest) => ComponentChildren }) {
  useEffect(load, []);
  if (rest.value) return <>{of(rest.value)}</>;
  if (quiet) return null;
  return (
    <div class="stack">
      {title !== undefined && <Title text={title} />}
      <Waiting read={{ failure: failure.value, again: () => location.reload() }} lines={2} />
    </div>
  );
}
