// What the shop is owed of a day: sums, lines, what is withheld and why, and the file.

import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../shared/api";
import { Button } from "../../shared/parts/button";
import { Notice } from "../../shared/parts/notice";
import { saved } from "../../shared/saving";
import { titled } from "../../shared/words";
import { unpaidBy } from "../door/refused";
import { Empty, Frame } from "../frame";
import type { Line } from "../lines";
import { Entry, Sum, Unread } from "../parts";
import { csvOf, settlementOf, type Settlement } from "../settlements";
import { campaign, merchant, today } from "../shop";
import { money, tell } from "../words";
import { say } from "./words";

type Shown = "loading" | ApiError | Awaited<ReturnType<typeof settlementOf>>;

export function SettlementScreen({ day: asked }: { day: string }) {
  const day = asked || today();
  const [shown, setShown] = useState<Shown>("loading");
  const [saving, setSaving] = useState<"no" | "yes" | "failed">("no");
  const read = async () => {
    setShown("loading");
    try {
      setShown(await settlementOf(day));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setShown(error);
    }
  };
  useEffect(() => void read(), [day]);
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
    <Frame title={say("settlement.title")}>
      <div class="field">
        <label for="day">{say("settlement.day")}</label>
        <input id="day" type="date" value={day} max={today()} onChange={(event) => event.currentTarget.value && (location.hash = `#/settlement/${event.currentTarget.value}`)} />
      </div>
      {shown === "loading" && <div class="skeleton ticket" aria-hidden="true" />}
      {shown instanceof ApiError && <Unread failure={shown} again={() => void read()} />}
      {typeof shown === "object" && !(shown instanceof ApiError) && (
        <>
          <Day day={shown.day} />
          {shown.lines.length > 0 && (
            <Button kind="edge" icon="download" busy={saving === "yes"} onPress={() => void save()}>{say("settlement.csv")}</Button>
          )}
          {saving === "failed" && <Notice mood="stop" live="alert">{say("settlement.csv-failed")}</Notice>}
          <Uses day={shown.day} />
          <Withheld lines={shown.lines} />
          <Lines lines={shown.lines} />
          {shown.more && <p class="note">{say("settlement.more")}</p>}
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
        <Notice mood="done">{say("settlement.final")}</Notice>
      ) : (
        <Notice mood="wait">{say("settlement.not-final")}</Notice>
      )}
      {day.lost.length > 0 && <Notice mood="stop">{say("settlement.lost", { count: day.lost.length })}</Notice>}
      {sums.map((sum) => (
        <dl key={sum.campaign_id} class="sums card">
          <Sum name={say("settlement.campaign")}>{nameOf(sum.campaign_id)}</Sum>
          <Sum name={say("settlement.redemptions")}>{sum.redemptions}</Sum>
          <Sum name={say("settlement.taken")}>{money(sum.payable_minor, sum.currency)}</Sum>
          <Sum name={say("settlement.match")}>{money(sum.merchant_match_minor, sum.currency)}</Sum>
          {sum.withheld.lines > 0 && <Sum name={say("settlement.withheld")}>{money(sum.withheld.discount_minor, sum.currency)}</Sum>}
          {sum.refused.lines > 0 && <Sum name={say("settlement.refused")}>{money(sum.refused.discount_minor, sum.currency)}</Sum>}
          <Sum name={say("settlement.due")} last>{money(sum.due.discount_minor, sum.currency)}</Sum>
        </dl>
      ))}
    </>
  );
}

/** What was used by facility, once the day is closed. */
function Uses({ day: { uses } }: { day: Settlement }) {
  if (uses.length === 0) return null;
  return (
    <section class="stack">
      <h2>{say("settlement.uses")}</h2>
      {uses.map(({ facility_id, campaign_id, slots, visits, subsidy_minor, currency }) => (
        <dl key={`${campaign_id} ${facility_id}`} class="sums card">
          <Sum name={say("settlement.facility")}>{facility_id}</Sum>
          <Sum name={say("settlement.slots")}>{slots}</Sum>
          <Sum name={say("settlement.visits")}>{visits}</Sum>
          <Sum name={say("settlement.subsidy")} last>{money(subsidy_minor, currency)}</Sum>
        </dl>
      ))}
    </section>
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
      <h2>{say("settlement.withheld-lines")}</h2>
      {held.map((line) => (
        <Notice key={`${line.order_no}/${line.reversal_no}`} mood={line.decision === "released" ? "done" : line.decision === "refused" ? "stop" : "wait"} title={<span class="numbers">{line.order_no}</span>}>
          <p>{say("settlement.reason", { reason: line.withheld ?? "" })}</p>
          <p>{say(line.decision === "released" ? "settlement.released" : line.decision === "refused" ? "settlement.not-paid" : "settlement.undecided")}</p>
        </Notice>
      ))}
    </section>
  );
}

function Lines({ lines }: { lines: Line[] }) {
  if (lines.length === 0) return <Empty>{say("settlement.none")}</Empty>;
  return (
    <section class="stack">
      <h2>{say("settlement.lines")}</h2>
      <ul class="orders">
        {lines.map((line) => (
          <Entry key={`${line.order_no}/${line.reversal_no}`} number={line.order_no} at={line.at} amount={money(line.discount_minor, line.currency)}>
            <span class="note">{line.kind === "reversal" ? say("settlement.reversal") : tell(line.slot_id ? "state.checked-in" : line.late ? "state.late" : "state.done")}{line.reasons.map((reason) => ` · ${unpaidBy(reason)}`)}</span>
          </Entry>
        ))}
      </ul>
    </section>
  );
}
