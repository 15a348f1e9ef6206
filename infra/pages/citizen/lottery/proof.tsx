// How a person knows that the draw was fair: one sentence, the way to the public page, and the numbers behind it.

import type { Draw, Mine } from "../../shared/lottery";
import { Digits } from "../../shared/parts/digits";
import type { Facts } from "../../shared/words";
import type { Batch } from "../catalogue";
import { Fact } from "../pack";
import { to } from "../place";
import { say, type Word } from "./words";

export function Proof({ batch, draw, mine }: { batch: Batch; draw: Draw; mine: Mine | null }) {
  return (
    <section class="stack">
      <h2>{say("proof.title")}</h2>
      <p>{say(...proofOf(mine))}</p>
      <p><a href={to("batches", batch.batch_id, "draw")}>{say("proof.page")}</a></p>
      {mine && draw.commitment && (
        <details>
          <summary>{say("proof.numbers")}</summary>
          <dl class="rows">
            <Fact name={say("receipt.entry")}><Digits hex={mine.entry} /></Fact>
            {mine.score && <Fact name={say("proof.score")}><Digits hex={mine.score} /></Fact>}
            {mine.part && <Fact name={say("proof.part")}>{say("proof.part-said", { number: mine.part.number, index: mine.part.index + 1 })}</Fact>}
            <Fact name={say("proof.nonce")}><Digits hex={mine.nonce} /></Fact>
          </dl>
          <p class="note">{say("proof.nonce-said")}</p>
        </details>
      )}
    </section>
  );
}

/** What this person can check, in one sentence; before there is a list, what the draw promises. */
function proofOf(mine: Mine | null): [Word, Facts?] {
  if (!mine?.part) return ["proof.promise"];
  if (!mine.score) return ["proof.listed", { number: mine.part.number, index: mine.part.index + 1 }];
  return [mine.result === "not-drawn" ? "proof.lost" : "proof.won"];
}
