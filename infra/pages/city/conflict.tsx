// Somebody else has applied another document meanwhile: theirs, yours, and three ways on. Nothing is lost.

import { useEffect, useRef } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { Changes } from "./changes";
import type { Tools } from "./document";
import { say } from "./words";

interface Props {
  tools: Tools;
  /** The document where this edit began, the text of it now, and what is stored. */
  base: string;
  mine: string;
  theirs: string;
  onText: (text: string) => void;
}

export function Conflict({ tools, base, mine, theirs, onText }: Props) {
  const place = useRef<HTMLHeadingElement>(null);
  useEffect(() => place.current?.focus(), []);
  const both = tools.carried(base, mine, theirs);
  return (
    <section class="stack">
      <h2 ref={place} tabIndex={-1}>{say("conflict.title")}</h2>
      <p>{say("conflict.what")}</p>
      <div class="sides">
        <div class="stack"><h3>{say("conflict.theirs")}</h3><Changes runs={tools.compared(base, theirs)} label={say("conflict.theirs")} /></div>
        <div class="stack"><h3>{say("conflict.mine")}</h3><Changes runs={tools.compared(base, mine)} label={say("conflict.mine")} /></div>
      </div>
      {both === null && <Notice mood="wait" title={say("conflict.same-lines")} />}
      <div class="narrow buttons">
        {both !== null && <Button kind="act" onPress={() => onText(both)}>{say("conflict.both")}</Button>}
        <Button kind="edge" onPress={() => onText(tools.withRevision(mine, theirs))}>{say("conflict.keep-mine")}</Button>
        <Button kind="edge" onPress={() => onText(theirs)}>{say("conflict.take-theirs")}</Button>
      </div>
    </section>
  );
}
