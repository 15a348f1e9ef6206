// How anybody checks the draw: first without a computer's help, then with one of two programs that were written apart.

import type { Draw } from "../../shared/lottery";
import { Copy } from "../../shared/parts/digits";
import { say, type Word } from "./words";

/** For who never wrote a command. */
const BY_EYE: Word[] = ["check.compare", "check.receipt", "check.ask"];
const PROVES: Word[] = ["check.list", "check.beacon", "check.winners", "check.claims"];

export function Check({ draw, batchId }: { draw: Draw; batchId: string }) {
  if (draw.commitment === null) return null;
  return (
    <section class="stack">
      <h2>{say("check.title")}</h2>
      <ol class="steps">{BY_EYE.map((word) => <li key={word}>{say(word)}</li>)}</ol>
      <details>
        <summary>{say("check.with-computer")}</summary>
        <div class="stack">
          <p>{say("check.two")}</p>
          {commandsOf(draw, batchId).map((command) => (
            <div key={command}>
              <p><code class="letters">{command}</code></p>
              <Copy text={command} words={{ copy: say("check.copy"), copied: say("copy.done"), byHand: say("copy.by-hand") }} />
            </div>
          ))}
          <p>{say("check.four")}</p>
          <ul class="steps">{PROVES.map((word) => <li key={word}>{say(word)}</li>)}</ul>
          <p class="note">{say("check.outside")}</p>
          <p class="note">{say("check.own")}</p>
        </div>
      </details>
    </section>
  );
}

/** The digits come from outside: those of this page would prove nothing. */
function commandsOf({ chain }: Draw, batchId: string): string[] {
  const rest = `--commitment ${say("check.yours")}${chain === "local" ? " --local" : ""}`;
  return [`couponctl verify-draw files --download ${batchId} ${rest}`, `node infra/verify_draw/verify.mjs files ${rest}`];
}
