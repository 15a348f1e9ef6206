// The console: whoever signs in as an operator sees the parts of it for one campaign.

import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Field } from "../shared/parts/field";
import { Notice } from "../shared/parts/notice";
import { dayOf } from "../shared/figures";
import type { Schema } from "../shared/routes";
import { language, titled } from "../shared/words";
import { Audit } from "./audit";
import { Batches } from "./batch_list";
import { Budgets } from "./budgets";
import { Document } from "./document";
import { Hotline } from "./hotline";
import { Later } from "./later";
import { Name, Title, Waiting } from "./parts";
import { consoleHref, PARTS, place, type Part, type Place } from "./place";
import { Slots } from "./slots";
import { sessionOver, signedIn, signIn, signInFailed, useCampaigns } from "./stack";
import { say, type CityWord } from "./words";

const NAMES: Record<Part, CityWord> = {
  batches: "console.batches",
  audit: "console.audit",
  budgets: "console.budgets",
  document: "console.document",
  slots: "console.slots",
  points: "console.points",
  hotline: "console.hotline",
};

export function Console({ at }: { at: Extract<Place, { name: "console" }> }) {
  if (!signedIn.value) return <SignIn />;
  return at.campaignId === null ? <Choose /> : <Parts at={at} campaignId={at.campaignId} />;
}

function SignIn() {
  const [leaving, setLeaving] = useState(false);
  const [failed, setFailed] = useState(false);
  const leave = async () => {
    setLeaving(true);
    setFailed(false);
    try {
      await signIn();
    } catch {
      setLeaving(false);
      setFailed(true);
    }
  };
  return (
    <div class="narrow stack">
      <Title text={say("signin.title")} />
      <p>{say("signin.for")}</p>
      {sessionOver.value && <Notice mood="wait" live="alert" title={say("signin.over")}><p>{say("signin.kept")}</p></Notice>}
      {signInFailed.value && <Notice mood="stop" live="alert" title={say("signin.refused")} />}
      {failed && <Notice mood="wait" live="alert" title={say("signin.unreachable")} />}
      <Button kind="act" icon="person" busy={leaving} onPress={leave}>{say("signin.go")}</Button>
      <p class="note">{say("signin.memory")}</p>
    </div>
  );
}

/** The first and the last day of a season. */
function daysOf({ starts_at, ends_at, timezone }: Schema<"CampaignSummary">) {
  const day = (at: string | number) => dayOf(at, timezone, language.value);
  return { opens: day(starts_at), closes: day(Date.parse(ends_at) / 1000 - 1) };
}

/** Campaigns of which nothing is published are in no list: they are opened by their name. */
function Choose() {
  const list = useCampaigns();
  const [name, setName] = useState("");
  const [fault, setFault] = useState<string>();
  const go = () => {
    if (!/^[a-z0-9-]{1,64}$/.test(name)) return setFault(say("console.name-fault"));
    location.hash = consoleHref(name, "document");
  };
  return (
    <div class="narrow groups">
      <Title text={say("console.choose")} />
      {list.value === null && <Waiting read={list} />}
      {list.value && list.value.length > 0 && (
        <ul class="lines">
          {list.value.map((one) => (
            <li key={one.campaign_id} class="line single"><p class="what"><a href={consoleHref(one.campaign_id)}><Name title={one.title} /></a></p><p class="note">{say("board.window", daysOf(one))}</p></li>
          ))}
        </ul>
      )}
      <form class="stack" onSubmit={(event) => { event.preventDefault(); go(); }}>
        <h2>{say("console.other")}</h2>
        <Field id="campaign" label={say("console.name")} hint={say("console.name-hint")} fault={fault} value={name} onValue={setName} input={{ autocomplete: "off", spellcheck: false }} />
        <Button kind="edge" onPress={go}>{say("console.open")}</Button>
      </form>
    </div>
  );
}

function Parts({ at, campaignId }: { at: Extract<Place, { name: "console" }>; campaignId: string }) {
  const list = useCampaigns();
  const found = list.value?.find((one) => one.campaign_id === campaignId);
  // Its name alone is shown only where nothing of it is published.
  const name = found ? titled(found.title) : { text: list.value || list.failure ? campaignId : "\u00a0" };
  return (
    <>
      <div class="console-head">
        <p class="overline" {...(name.lang && { lang: name.lang })}>{name.text}</p>
        <a href="#/console">{say("console.change")}</a>
      </div>
      <nav class="tabs parts" aria-label={say("console.parts")}>
        {PARTS.map((part) => (
          <a key={part} href={consoleHref(campaignId, part)} {...(part === at.part && { "aria-current": "page" as const })}>
            {say(NAMES[part])}
          </a>
        ))}
      </nav>
      {at.part === "batches" && <Batches campaignId={campaignId} batchId={at.batchId} />}
      {at.part === "audit" && <Audit campaignId={campaignId} batchId={at.batchId} />}
      {at.part === "budgets" && <Budgets campaignId={campaignId} />}
      {at.part === "document" && <Document key={campaignId} campaignId={campaignId} />}
      {at.part === "slots" && <Slots campaignId={campaignId} />}
      {at.part === "points" && <Later title={say("console.points")} of={({ Points }) => <Points key={campaignId} campaignId={campaignId} />} />}
      {at.part === "hotline" && <Hotline campaignId={campaignId} />}
    </>
  );
}

/** The heading takes the focus on each new screen; not on the first, where a reader begins at the top. */
export function useFocusOnScreen(): void {
  const first = useRef(true);
  const now = JSON.stringify([place.value, signedIn.value]);
  useEffect(() => {
    if (!first.current) {
      document.querySelector("h1")?.focus();
      scrollTo(0, 0);
    }
    first.current = false;
  }, [now]);
}
