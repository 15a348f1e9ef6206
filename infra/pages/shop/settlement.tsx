// What the shop is owed of a day: sums, lines, what is withheld and why, and the file.

import { useEffect, useState } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { saved } from "../shared/saving";
import { titled } from "../shared/words";
import { Frame } from "./frame";
import type { Line } from "./lines";
import { csvOf, settlementOf, type Settlement } from "./settlements";
import { campaign, merchant, today } from "./shop";
import { clock, money, tell } from "./words";

type Shown = "loading" | "failed" | Awaited<ReturnType<typeof settlementOf>>;

export function SettlementScreen({ day: asked }: { day: string }) {
  const day = asked || today();
  const [shown, setShown] = useState<Shown>("loading");
  const [saving, setSaving] = useState<"no" | "yes" | "failed">("no");
  const read = () => {
    setShown("loading");
    settlementOf(day).then(setShown, () => setShown("failed"));
  };
  useEffect(read, [day]);
  const save = async () => {
    setSaving("yes");
    try {
      saved(`${merchant.value?.merchant_id ?? "settlement"}-${day}.csv`, await csvOf(day));
      setSaving("no");
    } catch {
      setSaving("failed");
    }
  };
  return (
    <Frame title={tell("settlement.title")}>
      <div class="field">
        <label for="day">{tell("settlement.day")}</label>
        <input id="day" type="date" value={day} max={today()} onChange={(event) => event.currentTarget.value && (location.hash = `#/settlement/${event.currentTarget.value}`)} />
      </div>
      {shown === "loading" && <div class="skeleton ticket" aria-hidden="true" />}
      {shown === "failed" && (
        <Notice mood="wait" icon="offline" title={tell("orders.failed")} live="status">
          <Button kind="quiet" onPress={read}>{tell("act.again")}</Button>
        </Notice>
      )}
      {typeof shown === "object" && (
        <>
          <Day day={shown.day} />
          {shown.lines.length > 0 && (
            <Button kind="edge" icon="download" busy={saving === "yes"} onPress={() => void save()}>{tell("settlement.csv")}</Button>
          )}
          {saving === "failed" && <Notice mood="stop" live="alert">{tell("settlement.csv-failed")}</Notice>}
          <Withheld lines={shown.lines} />
          <Lines lines={shown.lines} />
          {shown.more && <p class="note">{tell("settlement.more")}</p>}
        </>
      )}
    </Frame>
  );
}

function Day({ day }: { day: Settlement }) {
  const sums = day.day_sums ?? day.sums;
  return (
    <>
      {day.final ? (
        <Notice mood="done">{tell("settlement.final")}</Notice>
      ) : (
        <Notice mood="wait">{tell("settlement.not-final")}</Notice>
      )}
      {day.lost.length > 0 && <Notice mood="stop">{tell("settlement.lost", { count: day.lost.length })}</Notice>}
      {sums.map((sum) => (
        <dl key={sum.campaign_id} class="sums card">
          <div class="sum"><dt>{tell("settlement.campaign")}</dt><dd>{nameOf(sum.campaign_id)}</dd></div>
          <div class="sum"><dt>{tell("settlement.redemptions")}</dt><dd class="numbers">{sum.redemptions}</dd></div>
          <div class="sum"><dt>{tell("settlement.taken")}</dt><dd class="numbers">{money(sum.payable_minor, sum.currency)}</dd></div>
          <div class="sum"><dt>{tell("settlement.match")}</dt><dd class="numbers">{money(sum.merchant_match_minor, sum.currency)}</dd></div>
          {sum.withheld.lines > 0 && <div class="sum"><dt>{tell("settlement.withheld")}</dt><dd class="numbers">{money(sum.withheld.discount_minor, sum.currency)}</dd></div>}
          {sum.refused.lines > 0 && <div class="sum"><dt>{tell("settlement.refused")}</dt><dd class="numbers">{money(sum.refused.discount_minor, sum.currency)}</dd></div>}
          <div class="sum last"><dt>{tell("settlement.due")}</dt><dd class="numbers">{money(sum.due.discount_minor, sum.currency)}</dd></div>
        </dl>
      ))}
    </>
  );
}

function nameOf(campaignId: string): string {
  const own = campaign.value;
  return own?.campaign_id === campaignId ? titled(own.title).text : campaignId;
}

function Withheld({ lines }: { lines: Line[] }) {
  const held = lines.filter(({ withheld }) => withheld !== null);
  if (held.length === 0) return null;
  return (
    <section class="stack">
      <h2>{tell("settlement.withheld-lines")}</h2>
      {held.map((line) => (
        <Notice key={`${line.order_no}/${line.reversal_no}`} mood={line.decision === "released" ? "done" : line.decision === "refused" ? "stop" : "wait"} title={<span class="numbers">{line.order_no}</span>}>
          <p>{tell("settlement.reason", { reason: line.withheld ?? "" })}</p>
          <p>{tell(line.decision === "released" ? "settlement.released" : line.decision === "refused" ? "settlement.not-paid" : "settlement.undecided")}</p>
        </Notice>
      ))}
    </section>
  );
}

function Lines({ lines }: { lines: Line[] }) {
  if (lines.length === 0) return <p>{tell("settlement.none")}</p>;
  return (
    <section class="stack">
      <h2>{tell("settlement.lines")}</h2>
      <ul class="orders">
        {lines.map((line) => (
          <li key={`${line.order_no}/${line.reversal_no}`}>
            <a href={`#/orders/${encodeURIComponent(line.order_no)}`}>
              <span class="note numbers">{clock(line.at)}</span>
              <span class="what">
                <span class="numbers">{line.order_no}</span>
                <span class="note">{tell(line.kind === "reversal" ? "settlement.reversal" : line.late ? "state.late" : "state.done")}</span>
              </span>
              <strong class="numbers">{money(line.discount_minor, line.currency)}</strong>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
