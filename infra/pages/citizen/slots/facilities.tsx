// The places of a season that are booked by the hour, by sport and district.

import { useState } from "preact/hooks";
import { Icon } from "../../shared/parts/icons";
import { moneyOf } from "../../shared/figures";
import { language, titled } from "../../shared/words";
import { Choice } from "../choice";
import { facilitiesOf, knownCampaign, type Campaign, type Facility } from "../catalogue";
import { Frame, Title } from "../frame";
import { useLoaded, Waiting } from "../loaded";
import { to } from "../place";
import { nameOf } from "../terms";
import { sportOf, titleOf, whereOf } from "./catalogue";
import { Court } from "./court";
import { say } from "./words";

export function Facilities({ campaignId }: { campaignId: string }) {
  const [loaded, again] = useLoaded(
    async (call) => ({ campaign: await knownCampaign(campaignId), facilities: await facilitiesOf(campaignId, call) }),
    [campaignId],
  );
  const [sport, setSport] = useState("");
  const [district, setDistrict] = useState("");
  const read = loaded.state === "read" ? loaded.value : null;
  const { text, lang } = titled(read?.campaign.title ?? "");
  const all = read?.facilities ?? [];
  const of = (part: (one: Facility) => string) => [...new Set(all.map(part))];
  const shown = all.filter((one) => (!sport || one.sport === sport) && (!district || one.venue.district === district));
  return (
    <Frame back={{ href: to("seasons", campaignId), name: text || campaignId, lang }}>
      <div class="groups">
        {read && (
          <div class="masthead">
            <Court />
            <Title>{say("places.title")}</Title>
          </div>
        )}
        <Waiting of={loaded} again={again}>
          <div class="skeleton ticket" />
          <div class="skeleton ticket" />
        </Waiting>
        {all.length > 1 && (
          <div class="fields">
            <Choice id="sport" label={say("places.sport")} all={say("places.all")} of={of(({ sport }) => sport)} named={sportOf} chosen={sport} onChosen={setSport} />
            <Choice
              id="district"
              label={say("places.district")}
              all={say("places.all")}
              of={of(({ venue }) => venue.district)}
              named={(id) => nameOf("districts", id)}
              chosen={district}
              onChosen={setDistrict}
            />
          </div>
        )}
        {read && shown.length > 0 && (
          <ul class="stack">{shown.map((one) => <li key={one.facility_id}><Card facility={one} campaign={read.campaign} /></li>)}</ul>
        )}
        {read && shown.length === 0 && <p role="status">{say(all.length > 0 ? "places.none-here" : "places.none")}</p>}
      </div>
    </Frame>
  );
}

function Card({ facility, campaign }: { facility: Facility; campaign: Campaign }) {
  const { text, lang } = titleOf({ ...facility, id: facility.facility_id });
  const price = facility.price_minor;
  return (
    <a class="card bookable" href={to("seasons", campaign.campaign_id, "facilities", facility.facility_id)}>
      <div>
        <p class="title" {...(lang && { lang })}>{text}</p>
        <p class="note">{[sportOf(facility.sport), whereOf(facility)].filter(Boolean).join(" · ")}</p>
        <p class="note">{price > 0 ? say("places.price", { money: moneyOf(price, campaign.currency, language.value, true) }) : say("places.free")}</p>
      </div>
      <Icon name="next" />
    </a>
  );
}
