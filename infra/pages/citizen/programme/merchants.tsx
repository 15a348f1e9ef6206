// Where a coupon is accepted: shops by district.

import { useState } from "preact/hooks";
import { Icon } from "../../shared/parts/icons";
import { titled } from "../../shared/words";
import { Address } from "../address";
import { Choice } from "../choice";
import { knownCampaign, merchantsOf, type Merchant } from "../catalogue";
import { Frame, Title } from "../frame";
import { useLoaded, Waiting } from "../loaded";
import { to } from "../place";
import { nameOf } from "../terms";
import { say } from "./words";

interface Place {
  key: string;
  merchant: Merchant;
  store: Merchant["stores"][number] | null;
}

export function Merchants({ campaignId, termsId }: { campaignId: string; termsId: string | null }) {
  const [loaded, again] = useLoaded(
    async (call) => ({ campaign: await knownCampaign(campaignId), merchants: await merchantsOf(campaignId, termsId, call) }),
    [campaignId, termsId],
  );
  const [area, setArea] = useState("");
  const read = loaded.state === "read" ? loaded.value : null;
  const { text, lang } = titled(read?.campaign.title ?? "");
  const areas = read ? areasOf(read.merchants) : new Map<string, Place[]>();
  const shown = [...areas].filter(([name]) => !area || name === area);
  return (
    <Frame back={{ href: to("seasons", campaignId), name: text || say("season.all"), lang }}>
      <div class="groups">
        {read && <Title>{say(termsId ? "places.of-coupon" : "places.title")}</Title>}
        <Waiting of={loaded} again={again}>
          <div class="skeleton ticket" />
          <div class="skeleton ticket" />
        </Waiting>
        {areas.size > 1 && (
          <Choice id="area" label={say("places.area")} all={say("places.everywhere")} of={[...areas.keys()]} chosen={area} onChosen={setArea} />
        )}
        {shown.map(([name, places]) => (
          <section key={name}>
            <h2>{name}</h2>
            <ul class="rows card">{places.map((place) => <Shop key={place.key} place={place} />)}</ul>
          </section>
        ))}
        {read && areas.size === 0 && <p>{say("places.none")}</p>}
        {read && <p class="note">{say("places.changes")}</p>}
      </div>
    </Frame>
  );
}

function Shop({ place: { merchant, store } }: { place: Place }) {
  const { text, lang } = titled(merchant.title);
  const own = store?.title ? titled(store.title) : null;
  return (
    <li class="shop">
      <Icon name="shop" />
      <div>
        <p><b {...(lang && { lang })}>{text}</b>{own && own.text !== text && <span {...(own.lang && { lang: own.lang })}> · {own.text}</span>}</p>
        <p class="note">{nameOf("categories", merchant.category)}</p>
        {store?.address && <p><Address of={store.address} /></p>}
      </div>
    </li>
  );
}

/** Each district with its shops, regions for stores without one, and those that sell online. */
function areasOf(merchants: Merchant[]): Map<string, Place[]> {
  const areas = new Map<string, Place[]>();
  const put = (name: string, place: Place) => areas.set(name, [...(areas.get(name) ?? []), place]);
  for (const merchant of merchants) {
    if (merchant.channels.includes("offline")) {
      for (const store of merchant.stores) {
        const name = store.district ? nameOf("districts", store.district) : nameOf("regions", store.region);
        put(name, { key: `${merchant.merchant_id}/${store.store_id}`, merchant, store });
      }
    }
  }
  for (const merchant of merchants) {
    if (merchant.channels.includes("online")) put(say("places.online"), { key: merchant.merchant_id, merchant, store: null });
  }
  return areas;
}
