// What applying the document would do, by the stack's plan: frozen parts, refusals, the money by funder, warnings.

import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import type { Schema } from "../shared/routes";
import type { Campaign } from "./batches";
import type { Caret } from "./editor";
import { FunderName, Table, Told } from "./parts";
import { count, money, say, type CityWord } from "./words";

type View = Schema<"PlanView">;
type Change = Schema<"ChangeView">;

const KINDS: Record<Schema<"ChangeKind">, CityWord> = {
  added: "plan.added", changed: "plan.changed", removed: "plan.removed", frozen: "plan.frozen",
};
const CHANGES_MAX = 40;
const SLUGS: Record<Schema<"PlannedSlug">, CityWord> = {
  "terms-frozen": "plan.terms-frozen", "revision-conflict": "plan.revision-conflict", "budget-exceeded": "plan.budget-exceeded",
};

interface Props {
  plan: View;
  document: Campaign;
  locate: (place: string) => Caret;
  onPlace: (caret: Caret) => void;
}

export function Plan({ plan, document, locate, onPlace }: Props) {
  const good = plan.refusals.length === 0;
  const outcome: CityWord = { created: "plan.created", updated: "plan.updated", unchanged: "plan.unchanged" }[plan.outcome] as CityWord;
  const changes = [...plan.changes].sort((a, b) => Number(b.change === "frozen") - Number(a.change === "frozen"));
  return (
    <>
      <h2>{say("plan.title")}</h2>
      <Notice mood={good ? (plan.outcome === "unchanged" ? "note" : "done") : "stop"} title={good ? say(outcome, { revision: count(plan.revision ?? 0) }) : say("plan.refused")}>
        {[...new Set(plan.refusals.map(({ slug }) => slug))].map((slug) => <p key={slug}>{say(SLUGS[slug])}</p>)}
        <ul class="detail">{plan.refusals.map((one) => <li key={one.detail}><Told detail={one.detail} /></li>)}</ul>
      </Notice>
      {plan.outcome !== "created" && changes.length > 0 && (
        <ul class="plan card">
          {changes.slice(0, CHANGES_MAX).map((one, at) => (
            <li key={at} class={one.change}>
              <b>{say(KINDS[one.change])}</b> <code>{one.place}</code> <span>{saidOf(one, document)}</span>
              {one.change !== "removed" && <Line caret={locate(one.place)} onPlace={onPlace} />}
            </li>
          ))}
          {changes.length > CHANGES_MAX && <li class="note">{say("changes.more", { count: count(changes.length - CHANGES_MAX) })}</li>}
        </ul>
      )}
      {plan.funders.length > 0 && <Money plan={plan} document={document} />}
      {plan.warnings.length > 0 && (
        <Notice mood="wait" title={say("plan.warnings")}>
          <ul class="plan">
            {plan.warnings.map((one) => (
              <li key={one.place}><code>{one.place.replace(/^body\./, "")}</code> <Told detail={one.message} /><Line caret={locate(one.place)} onPlace={onPlace} /></li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}

function Line({ caret, onPlace }: { caret: Caret; onPlace: (caret: Caret) => void }) {
  return <Button kind="quiet" onPress={() => onPlace(caret)}>{say("document.line", { line: count(caret.line) })}</Button>;
}

function Money({ plan, document }: { plan: View; document: Campaign }) {
  const rows = plan.funders.map((one) => [
    <FunderName document={document} id={one.funder_id} />,
    money(one.budget_minor, one),
    money(one.reserved_minor, one),
    money(one.to_reserve_minor, one),
    money(one.left_minor, one),
  ]);
  const short = plan.batches.filter(({ refusal }) => refusal !== null);
  return (
    <>
      <h3>{say("plan.money")}</h3>
      <Table caption={say("plan.money")} head={[say("money.funder"), say("budgets.budget"), say("plan.reserved"), say("plan.to-reserve"), say("plan.left")]} rows={rows} />
      {short.map((one) => <p key={one.batch_id} class="short">{say("plan.not-covered", { batch: one.batch_id })} <Told detail={one.refusal?.detail ?? ""} /></p>)}
    </>
  );
}

/** An item as a whole is named by its place; a field shows both values. */
function saidOf({ change, kept, stated, place }: Change, document: Campaign): string {
  const [before, after] = [valueOf(place, kept, document), valueOf(place, stated, document)];
  if (change === "added") return after;
  if (change === "removed") return before;
  return say(change === "frozen" ? "plan.stays" : "plan.becomes", { before: before || say("plan.nothing"), after: after || say("plan.nothing") });
}

function valueOf(place: string, value: unknown, document: Campaign): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return place.endsWith("_minor") ? money(value, document) : count(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
