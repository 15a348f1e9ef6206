// What each store has of each material: allotted, booked, collected, left; and the way for those who cannot come.

import { useState } from "preact/hooks";
import { clockOf, momentOf } from "../../shared/figures";
import { Chip, Notice, type Mood } from "../../shared/parts/notice";
import { Icon } from "../../shared/parts/icons";
import { nowS } from "../../shared/clock";
import type { Schema } from "../../shared/routes";
import { epochS } from "../../shared/server_time";
import { language, locale, titled } from "../../shared/words";
import { Address } from "../address";
import { Choice } from "../choice";
import { knownCampaign, knownMerchants, suppliesOf, type Campaign, type Merchant } from "../catalogue";
import { Frame, Hotline, Title } from "../frame";
import { useLoaded, useLooking, Waiting } from "../loaded";
import { to } from "../place";
import { nameOf } from "../terms";
import { Proxy } from "./proxy";
import { say } from "./words";

type Supply = Schema<"SupplyView">;

const LOOK_S = 30;

/** By the steps of the address: `seasons/<campaign>/supplies[/proxy]`. */
export function SupplyScreens({ steps }: { steps: string[] }) {
  const [, campaignId = "", , part] = steps;
  return part === "proxy" ? <Proxy campaignId={campaignId} /> : <SuppliesScreen key={campaignId} campaignId={campaignId} />;
}

function SuppliesScreen({ campaignId }: { campaignId: string }) {
  const [loaded, again] = useLoaded(async (call) => {
    const read = await suppliesOf(campaignId, call);
    const merchants = await knownMerchants(campaignId).catch(() => []);
    return { ...read, merchants, campaign: await knownCampaign(campaignId) };
  }, [campaignId]);
  useLooking(LOOK_S, again);
  const [material, setMaterial] = useState("");
  const [district, setDistrict] = useState("");
  const read = loaded.state === "read" ? loaded.value : null;
  const all = read?.supplies ?? [];
  const of = (part: (one: Supply) => string | null) => [...new Set(all.map(part))].filter((one): one is string => !!one);
  const shown = all.filter((one) => (!material || one.material === material) && (!district || one.district === district));
  const { text, lang } = titled(read?.campaign.title ?? "");
  return (
    <Frame back={{ href: to("seasons", campaignId), name: text || campaignId, lang }}>
      <div class="groups">
        {read && (
          <div>
            <Title>{say("supplies.title")}</Title>
            <p class="note">{say("supplies.as-of", { time: clockOf(read.as_of, read.campaign.timezone, language.value) })}</p>
          </div>
        )}
        <Waiting of={loaded} again={again}>
          <div class="skeleton line" />
          <div class="skeleton ticket" />
          <div class="skeleton ticket" />
        </Waiting>
        {read && <a class="row" href={to("seasons", campaignId, "supplies", "proxy")}><Icon name="person" /> {say("proxy.link")}</a>}
        {(of(({ material }) => material).length > 1 || of(({ district }) => district).length > 1) && (
          <div class="fields">
            <Choice
              id="material"
              label={say("supplies.material")}
              all={say("supplies.all")}
              of={of(({ material }) => material)}
              named={(id) => titled(all.find((one) => one.material === id)?.title ?? id).text}
              chosen={material}
              onChosen={setMaterial}
            />
            <Choice
              id="district"
              label={say("supplies.district")}
              all={say("supplies.all")}
              of={of(({ district }) => district)}
              named={(id) => nameOf("districts", id)}
              chosen={district}
              onChosen={setDistrict}
            />
          </div>
        )}
        {read && materialsOf(shown).map((rows) => <Material key={rows[0].material} rows={rows} campaign={read.campaign} merchants={read.merchants} />)}
        {read && shown.length === 0 && <p role="status">{say(all.length > 0 ? "supplies.none-here" : "supplies.none")}</p>}
      </div>
    </Frame>
  );
}

function materialsOf(all: Supply[]): [Supply, ...Supply[]][] {
  const found = new Map<string, [Supply, ...Supply[]]>();
  for (const one of all) {
    const rows = found.get(one.material);
    if (rows) rows.push(one);
    else found.set(one.material, [one]);
  }
  return [...found.values()];
}

function Material({ rows, campaign, merchants }: { rows: [Supply, ...Supply[]]; campaign: Campaign; merchants: Merchant[] }) {
  const { text, lang } = titled(rows[0].title);
  return (
    <section class="stack">
      <h2 {...(lang && { lang })}>{text}</h2>
      <ul class="stack">
        {rows.map((one) => <li key={`${one.batch_id}/${one.store_id}`}><Store supply={one} campaign={campaign} merchants={merchants} /></li>)}
      </ul>
    </section>
  );
}

function Store({ supply, campaign, merchants }: { supply: Supply; campaign: Campaign; merchants: Merchant[] }) {
  const merchant = merchants.find(({ merchant_id }) => merchant_id === supply.merchant_id);
  const store = merchant?.stores.find(({ store_id }) => store_id === supply.store_id);
  const name = titled(store?.title ?? merchant?.title ?? supply.store_id.replace(/-/g, " "));
  const batch = titled(supply.title_of_batch);
  const count = (number: number) => new Intl.NumberFormat(locale.value).format(number);
  const unit = supply.unit === null ? say("supplies.packs") : titled(supply.unit).text;
  const [mood, state] = stateOf(supply, campaign);
  const suspended = supply.status === "suspended";
  return (
    <article class="card supply">
      <h3 {...(name.lang && { lang: name.lang })}>{name.text}</h3>
      <p class="note">{supply.district && nameOf("districts", supply.district)}</p>
      {store?.address && <p class="note"><Address of={store.address} marked /></p>}
      <p class="chips"><Chip mood={mood}>{state}</Chip></p>
      {suspended ? (
        <Notice mood="stop" title={say("suspended.title")}><p>{say("suspended.why")}</p><Hotline /></Notice>
      ) : (
        <p class="left-of">{say("supplies.left", { count: count(supply.left), unit })}</p>
      )}
      <dl class="figures">
        <Figure name={say("supplies.allotted")}>{count(supply.allotted)}</Figure>
        <Figure name={say("supplies.booked")}>{count(supply.booked)}</Figure>
        <Figure name={say("supplies.claimed")}>{count(supply.claimed)}</Figure>
        <Figure name={say("supplies.collected")}>{count(supply.collected)}</Figure>
      </dl>
      {!suspended && <p><a class="row" href={to("batches", supply.batch_id)} {...(batch.lang && { lang: batch.lang })}>{batch.text} <Icon name="next" /></a></p>}
    </article>
  );
}

function Figure({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt class="note">{name}</dt>
      <dd class="numbers">{children}</dd>
    </div>
  );
}

function stateOf({ status, opens_at, closes_at, left }: Supply, campaign: Campaign): [Mood, string] {
  const now = nowS.value ?? 0;
  if (status === "suspended" || status === "stopped") return ["stop", say("state.suspended")];
  if (now >= epochS(closes_at) || status === "closed") return ["stop", say("state.closed")];
  if (status === "paused") return ["wait", say("state.paused")];
  if (status === "booking") return ["done", say("state.booking")];
  if (now < epochS(opens_at)) return ["note", say("state.before", { moment: momentOf(opens_at, campaign.timezone, language.value) })];
  if (status === "drained") return ["wait", say("state.drained")];
  return left > 0 ? ["done", say("state.open")] : ["stop", say("state.gone")];
}
