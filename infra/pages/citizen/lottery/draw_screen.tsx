// The public page of a draw: what happened, when and by whom, in plain words; below it every number and file, and how to
// check the draw without trusting anybody. Needs no sign-in.

import { nowS } from "../../shared/clock";
import { momentOf } from "../../shared/figures";
import { phaseOf, type Draw } from "../../shared/lottery";
import { Drawing, sectionOf } from "../../shared/parts/drawings";
import { Copy, Digits } from "../../shared/parts/digits";
import { Chip, type Mood } from "../../shared/parts/notice";
import { epochS } from "../../shared/server_time";
import { language, titled } from "../../shared/words";
import { batchOf, knownCampaign, type Batch } from "../catalogue";
import { Frame, Title } from "../frame";
import { useLoaded, useLooking, Waiting } from "../loaded";
import { Fact } from "../pack";
import { to } from "../place";
import { Check } from "./check";
import { Cutoffs } from "./cutoffs";
import { Files } from "./files";
import { drawOf } from "./reading";
import { say, type Word } from "./words";

const LOOK_S = 30;
const STATES: Record<Draw["state"], [Mood, Word]> = {
  collecting: ["note", "state.collecting"],
  committed: ["wait", "state.committed"],
  drawn: ["done", "state.drawn"],
  "reserve-2": ["done", "state.reserve"],
  "reserve-3": ["done", "state.reserve"],
  final: ["done", "state.final"],
  void: ["stop", "state.void"],
  abandoned: ["stop", "state.abandoned"],
  broken: ["stop", "state.broken"],
};
const LEADS: Record<ReturnType<typeof phaseOf>, Word> = {
  before: "lead.before",
  entries: "lead.entries",
  sealing: "lead.sealing",
  sealed: "lead.sealed",
  drawn: "lead.drawn",
  void: "void.why",
  abandoned: "abandoned.why",
  broken: "broken.why",
};

export function DrawScreen({ id }: { id: string }) {
  const [loaded, again] = useLoaded(async (call) => {
    const [batch, draw] = await Promise.all([batchOf(id, call), drawOf(id, call)]);
    return { batch, draw, campaign: await knownCampaign(batch.campaign_id) };
  }, [id]);
  const read = loaded.state === "read" ? loaded.value : null;
  useLooking(read?.draw.end ? null : LOOK_S, again);
  const { text, lang } = titled(read?.batch.title ?? "");
  return (
    <Frame back={{ href: to("batches", id), name: text || say("draw.back"), lang }}>
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
      </Waiting>
      {read && <Shown batch={read.batch} draw={read.draw} zone={read.campaign.timezone} />}
    </Frame>
  );
}

const counted = (value: number) => new Intl.NumberFormat(language.value).format(value);

function Shown({ batch, draw, zone }: { batch: Batch; draw: Draw; zone: string }) {
  const [mood, word] = STATES[draw.state];
  const phase = phaseOf(batch.booking, draw, nowS.value ?? epochS(draw.at) - 1);
  const admitted = draw.cohorts.reduce((sum, one) => sum + one.admitted, 0);
  return (
    <article class="groups">
      <div class="masthead">
        <Drawing section={sectionOf(batch.section_id)} />
        <div class="stack">
          <Title>{say("draw.title")}</Title>
          <p><Chip mood={mood}>{say(word)}</Chip></p>
        </div>
      </div>
      <p>{say(LEADS[phase], { moment: momentOf(draw.at, zone, language.value), count: counted(draw.entries ?? 0), admitted: counted(admitted) })}</p>
      {draw.chain === "local" && <p class="note">{say("draw.test-chain")}</p>}
      <dl class="rows card">
        <Fact name={say("sum.packs")}><span class="numbers">{counted(batch.quantity)}</span></Fact>
        {draw.entries !== null && <Fact name={say("sum.entries")}><span class="numbers">{counted(draw.entries)}</span></Fact>}
        {admitted > 0 && <Fact name={say("sum.admitted")}><span class="numbers">{counted(admitted)}</span></Fact>}
        {draw.end?.claims != null && <Fact name={say("sum.claims")}><span class="numbers">{counted(draw.end.claims)}</span></Fact>}
      </dl>
      <Steps draw={draw} batch={batch} zone={zone} />
      {draw.commitment && (
        <section class="stack">
          <h2>{say("seal.title")}</h2>
          <p>{say("seal.why")}</p>
          <Digits hex={draw.commitment.hash} />
          <Copy text={draw.commitment.hash} kind="edge" words={{ copy: say("seal.copy"), copied: say("copy.done"), byHand: say("copy.by-hand") }} />
        </section>
      )}
      <Cutoffs draw={draw} zone={zone} />
      <Check draw={draw} batchId={batch.batch_id} />
      <Files draw={draw} batchId={batch.batch_id} />
      <Numbers draw={draw} />
    </article>
  );
}

const STEPS: Record<string, Word> = {
  published: "step.published",
  opened: "step.opened",
  closed: "step.closed",
  committed: "step.committed",
  beacon: "step.beacon",
  drawn: "step.drawn",
  "reserve-2": "step.reserve",
  "reserve-3": "step.reserve",
  final: "step.final",
  void: "state.void",
  abandoned: "state.abandoned",
  broken: "state.broken",
};
const AUTHORS: Record<string, Word> = { operator: "by.operator", partner: "by.partner", local: "by.local", system: "by.system" };

/** What has happened, with its time and who did it; then what comes next. */
function Steps({ draw, batch, zone }: { draw: Draw; batch: Batch; zone: string }) {
  const moment = (at: string) => momentOf(at, zone, language.value);
  const done = draw.steps.map(({ step, at, by }) => ({ name: STEPS[step] ? say(STEPS[step]) : step, at, by: AUTHORS[by] ? say(AUTHORS[by]) : by }));
  const next = nextOf(draw, batch);
  return (
    <section class="stack">
      <h2>{say("steps.title")}</h2>
      <ol class="rows">
        {done.map(({ name, at, by }) => (
          <li key={name + at} class="entry">
            <div>
              <p>{name}</p>
              <p class="note">{say("step.at", { moment: moment(at), by })}</p>
            </div>
            <Chip mood="done">{say("step.done")}</Chip>
          </li>
        ))}
        {next.map(([word, at]) => (
          <li key={word} class="entry">
            <div>
              <p>{say(word)}</p>
              <p class="note">{say("step.from", { moment: moment(at) })}</p>
            </div>
            <Chip mood="wait">{say("step.next")}</Chip>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What is still to come, in its order. */
function nextOf(draw: Draw, batch: Batch): [Word, string][] {
  if (draw.end) return [];
  const next: [Word, string][] = [];
  if (!draw.commitment && batch.booking) next.push(["step.committed", batch.booking.closes_at]);
  if (!draw.beacon) next.push(["step.beacon", draw.at]);
  if (draw.cohorts.length === 0) next.push(["step.drawn", draw.at]);
  next.push(["step.final", batch.closes_at]);
  return next;
}

/** For an engineer: all that the draw depends on. */
function Numbers({ draw }: { draw: Draw }) {
  const { beacon, commitment, seed } = draw;
  const rows: [Word, string | null | undefined][] = [
    ["number.chain-hash", draw.chain_hash],
    ["number.signature", beacon?.signature],
    ["number.seed", seed],
    ["number.rules-hash", draw.rules_hash],
    ["number.receipt-key", draw.receipt_key],
    ["number.commit-signature", commitment?.signature],
  ];
  return (
    <details>
      <summary>{say("number.title")}</summary>
      <dl class="rows">
        <Fact name={say("number.chain")}>{say(draw.chain === "local" ? "number.local" : "number.quicknet")}</Fact>
        <Fact name={say("number.round")}><code>{String(draw.round)}</code></Fact>
        {rows.map(([word, hex]) => hex && <Fact key={word} name={say(word)}><Digits hex={hex} /></Fact>)}
      </dl>
    </details>
  );
}
