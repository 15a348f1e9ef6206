// A season's points: what is owed to people, by when it ends, in points and in money; and each equation with both numbers.

import { ProblemError } from "../../shared/api";
import { Chip, Notice } from "../../shared/parts/notice";
import type { Schema } from "../../shared/routes";
import { plain } from "../csv";
import { Figure, Table, Title, Waiting } from "../parts";
import { api, useDocument, useReading } from "../stack";
import { about, count, moment, money, say, type Local } from "../words";
import { lastDay } from "./ends";
import { tell } from "./words";

type Program = Schema<"ProgramPointsView">;

const EVERY_S = 15;

/** Null: the season has no points. */
async function pointsOf(campaignId: string, signal: AbortSignal): Promise<Program | null> {
  try {
    const programme = await api.call("GET /admin/campaigns/{campaign_id}/programme", { path: { campaign_id: campaignId }, signal });
    const program_id = programme.body.incentives?.program_id;
    if (!program_id) return null;
    return (await api.call("GET /admin/programs/{program_id}/points", { path: { program_id }, signal })).body;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  }
}

export function Points({ campaignId }: { campaignId: string }) {
  const document = useDocument(campaignId);
  const read = useReading(campaignId, async (signal) => ({ program: await pointsOf(campaignId, signal) }), EVERY_S);
  const failed = document.failure ? document : read;
  if (!document.value || !read.value) return <div class="stack"><Title text={say("console.points")} /><Waiting read={failed} /></div>;
  const { program } = read.value;
  if (program === null) return <div class="stack"><Title text={say("console.points")} /><p>{tell("points.none")}</p></div>;
  return <Shown program={program} local={document.value} />;
}

function Shown({ program, local }: { program: Program; local: Local }) {
  const { liability, earned, spent, expired, debt, unit_value_minor, as_of, currency } = program;
  const points = liability.reduce((sum, one) => sum + one.points, 0);
  const minor = liability.reduce((sum, one) => sum + one.amount_minor, 0);
  const rows = liability.map((one) => [lastDay(one.expires_at, local), count(one.points), money(one.amount_minor, { currency })]);
  const lines = () => liability.map((one) => [one.expires_at, one.points, plain(one.amount_minor, currency)]);
  return (
    <div class="groups">
      <section class="stack">
        <Title text={say("console.points")}>
          <p class="note as-of">{as_of ? tell("points.as-of", { time: moment(as_of, local) }) : tell("points.nothing")}</p>
        </Title>
        <p>{tell("points.sentence", { points: count(points), amount: money(minor, { currency }) })}</p>
        <dl class="figures">
          <Figure name={tell("points.owed")} value={count(points)} note={about(minor, { currency })} />
          <Figure name={tell("points.earned")} value={count(earned)} note={tell("points.earned-note")} />
          <Figure name={tell("points.spent")} value={count(spent)} note={tell("points.spent-note")} />
          <Figure name={tell("points.expired")} value={count(expired)} note={tell("points.expired-note")} />
          <Figure name={tell("points.debt")} value={count(debt)} note={tell("points.debt-note")} />
        </dl>
      </section>
      <section class="stack">
        <h2>{tell("points.liability")}</h2>
        {rows.length === 0 ? <p>{tell("points.no-liability")}</p> : (
          <Table
            caption={tell("points.liability")}
            head={[tell("points.until"), tell("points.points"), tell("points.amount")]}
            rows={rows}
            total={[count(points), money(minor, { currency })]}
            file={{ name: `${program.program_id}-liability`, lines }}
          />
        )}
        <p class="note">{tell("points.unit", { amount: money(unit_value_minor, { currency }) })}</p>
      </section>
      <Equations program={program} />
    </div>
  );
}

type Word = Parameters<typeof tell>[0];
const SAID: Record<string, Word> = {
  "earned - spent - expired = points that count - debt": "equation.balance",
  "earned <= counted for partners": "equation.partners",
  "counted for partners <= budget": "equation.budget",
};

/** Each as a sentence with both numbers, those that fail first. */
function Equations({ program }: { program: Program }) {
  const sorted = [...program.equations].sort((a, b) => Number(a.holds) - Number(b.holds));
  const failed = sorted.filter(({ holds }) => !holds).length;
  return (
    <section class="stack">
      <h2>{tell("points.equations")}</h2>
      {failed > 0 && <Notice mood="stop" title={tell("points.fails", { count: count(failed) })}><p>{tell("points.fails-said")}</p></Notice>}
      <ul class="lines">
        {sorted.map(({ name, holds, left, right }) => {
          const word = SAID[name];
          const facts = { left: count(left), right: count(right) };
          return (
            <li key={name} class="line pair">
              <p class="what">{word ? tell(word, facts) : `${name}: ${facts.left} / ${facts.right}`}</p>
              <div><Chip mood={holds ? "done" : "stop"}>{say(holds ? "audit.holds" : "audit.fails")}</Chip></div>
            </li>
          );
        })}
      </ul>
      <p class="note">{tell("points.recount", { program: program.program_id })}</p>
    </section>
  );
}
