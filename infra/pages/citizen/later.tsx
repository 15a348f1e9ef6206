// A screen whose script is loaded when it is shown first: what few people open does not burden the first opening.

import type { ComponentChildren, ComponentType } from "preact";
import { UnreachableError } from "../shared/api";
import { Frame } from "./frame";
import { useLoaded, Waiting } from "./loaded";
import { say } from "./words";

interface Props<P> {
  load: () => Promise<ComponentType<P>>;
  props: P;
}

function useScreen<P>(load: Props<P>["load"]) {
  const [loaded] = useLoaded(async () => {
    try {
      return { Screen: await load() };
    } catch (error) {
      throw new UnreachableError(String(error));
    }
  }, []);
  return loaded;
}

export function Later<P extends object>({ load, props }: Props<P>) {
  const loaded = useScreen(load);
  if (loaded.state === "read") {
    const { Screen } = loaded.value;
    return <Screen {...props} />;
  }
  // A browser may keep the failure of a script; a page that is loaded again asks anew, also for the names of a new build.
  return (
    <Frame back={{ href: "#/", name: say("season.all") }}>
      <Waiting of={loaded} again={() => location.reload()}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
      </Waiting>
    </Frame>
  );
}

/** A part of a screen; `children` stand there until it has come. */
export function LaterPart<P extends object>({ load, props, children }: Props<P> & { children: ComponentChildren }) {
  const loaded = useScreen(load);
  if (loaded.state === "read") {
    const { Screen } = loaded.value;
    return <Screen {...props} />;
  }
  return (
    <>
      {children}
      <Waiting of={loaded} again={() => location.reload()} part>
        <div class="skeleton button" />
      </Waiting>
    </>
  );
}
