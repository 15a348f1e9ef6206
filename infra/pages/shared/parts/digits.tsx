// Long numbers that people compare with others: in groups of four, all of them, and to copy without the gaps.

import { useState } from "preact/hooks";
import { linesOf } from "../lottery";
import { Button } from "./button";

export function Digits({ hex }: { hex: string }) {
  return <code class="letters">{linesOf(hex).map((line) => <span key={line} class="digits">{line} </span>)}</code>;
}

interface Props {
  text: string;
  /** What is said before, after, and where this browser does not let a page copy. */
  words: { copy: string; copied: string; byHand: string };
  kind?: "edge" | "quiet";
}

export function Copy({ text, words, kind = "quiet" }: Props) {
  const [state, setState] = useState<keyof Props["words"]>("copy");
  const copy = () =>
    Promise.resolve()
      .then(() => navigator.clipboard.writeText(text))
      .then(() => setState("copied"), () => setState("byHand"));
  return (
    <>
      <Button kind={kind} icon="copy" onPress={() => void copy()}>{words[state === "copied" ? "copied" : "copy"]}</Button>
      <p class="note" role="status">{state === "byHand" ? words.byHand : ""}</p>
    </>
  );
}
