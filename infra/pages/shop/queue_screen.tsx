// The queue: what was written down and has no answer, and what was refused after the customer had left.

import { useEffect, useState } from "preact/hooks";
import { ProblemError } from "../shared/api";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { lineOf } from "../shared/reactions";
import { language } from "../shared/words";
import { Empty, Frame } from "./frame";
import { SignIn } from "./parts";
import { went } from "./place";
import { dealt, lateLeftS, resent, waiting } from "./queue";
import type { Sale } from "./records";
import { holdSent } from "./sale";
import { book, token } from "./shop";
import { clock, minutes, money, tell } from "./words";

export function QueueScreen() {
  const [others, setOthers] = useState<[string, number][]>([]);
  useEffect(() => void book().othersWaiting().then((found) => setOthers([...found])), []);
  const all = waiting.value;
  const toTell = all.filter(({ state }) => state === "contact");
  const open = all.filter(({ state }) => state !== "contact");
  return (
    <Frame title={tell("queue.title")}>
      {all.length === 0 && <Empty>{tell("queue.none")}</Empty>}
      {token() === null && (
        <Notice mood="wait" title={tell("queue.signed-out")}>
          <SignIn kind="quiet" />
        </Notice>
      )}
      {toTell.map((sale) => <ToTell key={sale.number} sale={sale} />)}
      {open.some(({ check_in }) => !check_in) && <p>{tell("queue.said")}</p>}
      {open.map((sale) => <Open key={sale.number} sale={sale} />)}
      {open.some(({ check_in }) => !check_in) && <Button onPress={() => void resent()}>{tell("queue.now")}</Button>}
      {others.map(([merchant, count]) => (
        <Notice key={merchant} mood="wait">{tell("queue.others", { merchant, count })}</Notice>
      ))}
    </Frame>
  );
}

/** It came too late, or was refused: somebody has to call the customer. */
function ToTell({ sale }: { sale: Sale }) {
  return (
    <section class="card stack">
      <Notice mood="stop" title={tell("queue.contact")}>
        {sale.problem && lineOf(new ProblemError(0, sale.problem), language.value)}
      </Notice>
      <Facts sale={sale} />
      <Button kind="edge" onPress={() => void dealt(sale.number)}>{tell("queue.dealt")}</Button>
    </section>
  );
}

function Open({ sale }: { sale: Sale }) {
  const left = lateLeftS(sale);
  const { holding } = sale;
  return (
    <section class="card stack">
      <Facts sale={sale} />
      <p class="note">{tell(sale.check_in ? "queue.check-in" : sale.number.includes("/") ? "queue.reversal" : holding ? "queue.holding" : "queue.redemption")}</p>
      {left !== null && <p class="note numbers">{left > 0 ? tell("queue.left", { time: minutes(left) }) : tell("queue.over")}</p>}
      {sale.check_in && <p><a href="#/door">{tell("nav.door")}</a></p>}
      {holding && (
        <Button kind="edge" onPress={() => void holdSent(sale.number, holding).then(() => went("#/"))}>{tell("act.again")}</Button>
      )}
    </section>
  );
}

function Facts({ sale }: { sale: Sale }) {
  return (
    <>
      <h2 class="numbers number">{sale.number.replace("/", " · ")}</h2>
      <p class="numbers">{`${clock(sale.at_s)} · ${money(sale.total_minor, sale.currency)}`}</p>
    </>
  );
}
