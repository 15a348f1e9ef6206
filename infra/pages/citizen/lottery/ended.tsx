// There is no draw, or none that counts: what happened in honest words, and that nobody has lost anything.

import { Notice } from "../../shared/parts/notice";
import { Hotline } from "../frame";
import { Thumb } from "../outcome";
import { say } from "./words";

const SAID = {
  void: ["void.title", "void.why"],
  abandoned: ["abandoned.title", "abandoned.why"],
  broken: ["broken.title", "broken.why"],
} as const;

export function Ended({ phase, entered }: { phase: keyof typeof SAID; entered: boolean }) {
  const [title, why] = SAID[phase];
  return (
    <Thumb>
      <Notice mood="stop" live="status" title={say(title)}>
        <p>{say(why)}</p>
        {entered && <p>{say("ended.receipt")}</p>}
        <Hotline />
      </Notice>
    </Thumb>
  );
}
