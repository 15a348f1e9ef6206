// A claim on its way, and every way in which it can be refused: what happened, what holds, what to do.

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { ProblemError } from "../shared/api";
import { nowS } from "../shared/clock";
import { clockOf, momentOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Countdown } from "../shared/parts/countdown";
import { Notice } from "../shared/parts/notice";
import { lineOf, reactionTo } from "../shared/reactions";
import { epochS } from "../shared/server_time";
import { language, titled } from "../shared/words";
import { signIn } from "./app";
import { campaignOf, type Batch, type Campaign } from "./catalogue";
import { armed, type Claiming } from "./claiming";
import { Hotline, ToWallet } from "./frame";
import { useLoaded } from "./loaded";
import { to } from "./place";
import type { Situation } from "./situation";
import { say } from "./words";

/** Queueing, claiming, checking, repeating by itself, or not known. */
export function Underway({ batch, claiming }: { batch: Batch; claiming: Claiming }) {
  const step = claiming.step.value;
  const press = () => void claiming.press(batch.opens_at);
  if (step.step === "unknown") {
    return (
      <Thumb>
        <Notice mood="wait" icon="offline" title={say("claim.unknown")} live="alert">{say("claim.unknown-why")}</Notice>
        <Button kind="act" icon="refresh" onPress={press}>{say("claim.ask-again")}</Button>
      </Thumb>
    );
  }
  const [mood, line] = ((): ["wait" | "note", string] => {
    if (step.step === "queueing") return ["note", say("claim.queueing")];
    if (step.step === "checking") return ["wait", say("claim.checking")];
    if (step.step === "busy") {
      const seconds = Math.max(0, Math.ceil(step.untilS - (nowS.value ?? step.untilS)));
      return ["wait", say(seconds > 0 ? "claim.busy" : "claim.busy-now", { seconds, attempt: step.attempt })];
    }
    return ["note", step.step === "claiming" && step.slow ? say("claim.slow") : ""];
  })();
  return (
    <Thumb>
      <div role="status">{line && <Notice mood={mood} icon="clock">{line}</Notice>}</div>
      <Button kind="act" busy>{say(step.step === "queueing" ? "claim.button-queueing" : "claim.button")}</Button>
    </Thumb>
  );
}

/** What can be done now, in reach of the thumb; `above` it what is waited for. */
export function Thumb({ above, children }: { above?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="act-on" aria-label={say("act.now")}>
      {above}
      <div class="thumb">{children}</div>
    </section>
  );
}

interface Props {
  batch: Batch;
  campaign: Campaign;
  situation: Situation;
  claiming: Claiming;
}

export function Refused(props: Props) {
  const { situation, claiming, batch } = props;
  switch (situation.is) {
    case "drained":
      return <Drained {...props} returnsAt={situation.returnsAt} />;
    case "paused":
      return (
        <Thumb>
          <Notice mood="wait" icon="pause" title={say("paused.title")} live="status">{say("paused.why")}</Notice>
          <ToWallet kind="edge" />
        </Thumb>
      );
    case "sold-out":
      return (
        <Thumb>
          <Notice mood="stop" title={say("sold-out.title")} live="status"><Next {...props} /></Notice>
        </Thumb>
      );
    case "stopped":
    case "closed":
      return (
        <Thumb>
          <Notice mood="stop" title={say(situation.is === "stopped" ? "stopped.title" : "closed.title")} live="status">
            {say(situation.is === "stopped" ? "stopped.why" : "closed.why")}
          </Notice>
          <ToWallet kind="edge" />
        </Thumb>
      );
    case "refused":
      return <Person error={situation.error} press={() => void claiming.press(batch.opens_at)} />;
    default:
      return null;
  }
}

/** The claim button is away until unclaimed packs may be back: pressing does not help before. */
function Drained({ batch, campaign, claiming, returnsAt }: Props & { returnsAt: string | null }) {
  const zone = campaign.timezone;
  const own = armed.value?.batchId === batch.batch_id;
  if (returnsAt === null) {
    return (
      <Thumb>
        <Notice mood="wait" title={say("drained.title")} live="status">{say("drained.some-time")}</Notice>
        <Button kind="edge" icon="refresh" onPress={() => void claiming.press(batch.opens_at)}>{say("drained.ask")}</Button>
      </Thumb>
    );
  }
  const time = clockOf(returnsAt, zone, language.value);
  const above = (
    <>
      <Notice mood="wait" title={say("drained.title")} live="status">{say("drained.may-return", { time })}</Notice>
      <Countdown until={returnsAt} label={say("drained.until")} />
    </>
  );
  return (
    <Thumb above={above}>
      {own ? (
        <>
          <Notice mood="done" live="status">{say("drained.armed", { time })}</Notice>
          <Button kind="edge" onPress={() => claiming.undo()}>{say("act.undo")}</Button>
        </>
      ) : (
        <Button kind="act" icon="clock" onPress={() => void claiming.arm(returnsAt, zone)}>{say("drained.arm", { time })}</Button>
      )}
    </Thumb>
  );
}

/** The next batch of the season that has not opened: one that is named alike, if there is one. */
function Next({ batch, campaign }: Props) {
  const [loaded] = useLoaded((call) => campaignOf(campaign.campaign_id, call), [campaign.campaign_id]);
  const now = nowS.value ?? 0;
  const coming = (loaded.state === "read" ? loaded.value.batches : [])
    .filter((each) => epochS(each.opens_at) > now && each.mode === batch.mode)
    .sort((a, b) => epochS(a.opens_at) - epochS(b.opens_at));
  const next = coming.find((each) => likeness(each.batch_id) === likeness(batch.batch_id)) ?? coming[0];
  if (!next) return <p>{say("sold-out.last")}</p>;
  const { text, lang } = titled(next.title);
  return (
    <p>
      {say("sold-out.next", { moment: momentOf(next.opens_at, campaign.timezone, language.value) })}{" "}
      <a href={to("batches", next.batch_id)} {...(lang && { lang })}>{text}</a>
    </p>
  );
}

/** `special` of `special-0613`: batches that are named alike follow one another. */
function likeness(batchId: string): string {
  return batchId.replace(/-?\d+$/, "");
}

/** A refusal that is about the person, or of a kind that passes. */
function Person({ error, press }: { error: ProblemError; press: () => void }) {
  const { kind } = reactionTo(error);
  const other = error.problem.claimed_batch_id;
  useEffect(() => document.querySelector<HTMLElement>("[data-refused]")?.focus(), [error]);
  const passes = kind === "repeat" || kind === "wait";
  return (
    <Thumb>
      <div data-refused tabIndex={-1}>
        <Notice mood={passes ? "wait" : "stop"} title={lineOf(error, language.value)} live="alert">
          <Hotline />
          {typeof other === "string" && <p><a href={to("batches", other)}>{say("claim.other-pack")}</a></p>}
        </Notice>
      </div>
      {kind === "sign-in" && <Button kind="act" icon="person" onPress={signIn}>{say("sign-in.in")}</Button>}
      {passes && <Button kind="act" icon="refresh" onPress={press}>{say("load.again")}</Button>}
    </Thumb>
  );
}
