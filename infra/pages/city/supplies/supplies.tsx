// Rationed goods on the public page: by material and store, how many are allotted, booked, claimed, collected and left.

import { ProblemError } from "../../shared/api";
import type { Schema } from "../../shared/routes";
import { titled } from "../../shared/words";
import { AsOf, Table } from "../parts";
import { api, useReading } from "../stack";
import { districtName } from "../tiles";
import { count, type Local } from "../words";
import { tell } from "./words";

type Supply = Schema<"SupplyView">;

const EVERY_S = 30;

async function suppliesOf(campaign_id: string, signal: AbortSignal): Promise<Supply[]> {
  try {
    return (await api.call("GET /campaigns/{campaign_id}/supplies", { path: { campaign_id }, signal })).body.supplies;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return [];
    throw error;
  }
}

/** Nothing where the season has none. */
export function Supplies({ campaignId, local }: { campaignId: string; local: Local }) {
  const read = useReading(campaignId, (signal) => suppliesOf(campaignId, signal), EVERY_S);
  const all = read.value ?? [];
  if (all.length === 0) return null;
  const materials = [...new Set(all.map(({ material }) => material))];
  return (
    <section class="stack">
      <h2>{tell("supplies.title")}</h2>
      <AsOf asOfS={read.asOfS} local={local} />
      {materials.map((material) => <Material key={material} all={all.filter((one) => one.material === material)} />)}
      <p class="note">{tell("supplies.explained")}</p>
    </section>
  );
}

const NUMBERS = ["allotted", "booked", "claimed", "collected", "left"] as const;
const HEADS = { allotted: "supplies.allotted", booked: "supplies.booked", claimed: "supplies.claimed", collected: "supplies.collected", left: "supplies.left" } as const;

function Material({ all }: { all: Supply[] }) {
  const [first] = all;
  if (!first) return null;
  const name = titled(first.title).text;
  const where = (one: Supply) => (
    <>
      {one.store_id}{one.district !== null && ` · ${districtName(one.district)}`}
      <span class="note block">{titled(one.title_of_batch).text}{one.status === "suspended" && ` · ${tell("supplies.suspended")}`}</span>
    </>
  );
  return (
    <>
      <h3>{first.unit ? tell("supplies.of", { material: name, unit: titled(first.unit).text }) : name}</h3>
      <Table
        caption={name}
        head={[tell("supplies.store"), ...NUMBERS.map((one) => tell(HEADS[one]))]}
        rows={all.map((one) => [where(one), ...NUMBERS.map((number) => count(one[number]))])}
        total={NUMBERS.map((number) => count(all.reduce((sum, one) => sum + one[number], 0)))}
        file={{ name: first.material, lines: () => all.map((one) => [`${one.store_id} ${one.batch_id}`, ...NUMBERS.map((number) => one[number])]) }}
      />
    </>
  );
}
