// All coupons of the person: those that can be used first, the next to expire on top.

import { useState } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Drawing } from "../shared/parts/drawings";
import { Notice } from "../shared/parts/notice";
import { Tabs } from "../shared/parts/tabs";
import type { Asking } from "../shared/api";
import { epochS } from "../shared/server_time";
import { titled } from "../shared/words";
import { api, signedIn, signIn } from "./app";
import { knownBatch, knownCampaign, knownMerchants, termsOf, type Batch, type Campaign, type Coupon } from "./catalogue";
import { CouponTicket } from "./coupon";
import { Frame, Title } from "./frame";
import { useLoaded, Waiting } from "./loaded";
import { say, type Word } from "./words";

const TABS = [
  ["available", "wallet.available", ["available", "held"]],
  ["used", "wallet.used", ["redeemed"]],
  ["expired", "wallet.expired", ["expired"]],
  ["voided", "wallet.voided", ["voided"]],
] as const satisfies readonly (readonly [string, Word, readonly Coupon["status"][]])[];

export interface Held {
  coupon: Coupon;
  batch: Batch | null;
  campaign: Campaign | null;
  shop: string | undefined;
}

/** A coupon with what is known about its kind; a catalogue that does not answer hides no coupon. */
export async function heldOf(coupon: Coupon): Promise<Held> {
  const batch = await knownBatch(coupon.batch_id).catch(() => null);
  const campaign = batch && (await knownCampaign(batch.campaign_id).catch(() => null));
  const merchants = campaign && coupon.used ? await knownMerchants(campaign.campaign_id).catch(() => []) : [];
  const merchant = merchants?.find(({ merchant_id }) => merchant_id === coupon.used?.merchant_id);
  return { coupon, batch, campaign, shop: merchant && titled(merchant.title).text };
}

async function walletRead(call: Asking): Promise<{ held: Held[]; damaged: number }> {
  const { body } = await api.call("GET /wallet", call);
  const held = await Promise.all(body.coupons.map(heldOf));
  return { held, damaged: body.damaged };
}

export function Wallet() {
  if (signedIn.value === false) return <SignedOut />;
  return <Frame back={{ href: "#/", name: say("season.all") }}>{signedIn.value && <Shown />}</Frame>;
}

/** What needs a person, without one. */
export function SignedOut() {
  return (
    <Frame back={{ href: "#/", name: say("season.all") }}>
      <div class="empty">
        <Title>{say("wallet.title")}</Title>
        <Drawing section="coupons" />
        <p>{say("wallet.sign-in")}</p>
        <Button kind="act" icon="person" onPress={signIn}>{say("sign-in.in")}</Button>
      </div>
    </Frame>
  );
}

function Shown() {
  const [loaded, again] = useLoaded(walletRead, []);
  const [tab, setTab] = useState<string>("available");
  const held = loaded.state === "read" ? loaded.value.held : [];
  const of = (statuses: readonly string[]) => held.filter(({ coupon }) => statuses.includes(coupon.status));
  const tabs = TABS.map(([id, word, statuses]) => ({ id, label: say(word), count: of(statuses).length }));
  const chosen = TABS.find(([id]) => id === tab) ?? TABS[0];
  const shown = of(chosen[2]).sort((a, b) => epochS(a.coupon.expires_at) - epochS(b.coupon.expires_at));
  if (chosen[0] !== "available") shown.reverse();
  return (
    <div class="stack">
      {loaded.state === "read" && <Title>{say("wallet.title")}</Title>}
      <Waiting of={loaded} again={again}>
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
        <div class="skeleton ticket" />
      </Waiting>
      {loaded.state === "read" && (
        <>
          {loaded.value.damaged > 0 && <Notice mood="wait">{say("wallet.damaged", { count: loaded.value.damaged })}</Notice>}
          <Tabs label={say("wallet.title")} tabs={tabs} chosen={chosen[0]} onChosen={setTab}>
            {shown.length > 0 ? (
              <ul class="stack">
                {shown.map(({ coupon, batch, campaign, shop }) => (
                  <li key={coupon.coupon_id}>
                    <CouponTicket
                      coupon={coupon}
                      terms={termsOf(batch, coupon)}
                      campaign={campaign}
                      shop={shop}
                    />
                  </li>
                ))}
              </ul>
            ) : (
              <Empty all={held.length === 0} />
            )}
          </Tabs>
        </>
      )}
    </div>
  );
}

function Empty({ all }: { all: boolean }) {
  return (
    <div class="empty">
      <Drawing section="coupons" />
      <p>{say(all ? "wallet.empty" : "wallet.none-here")}</p>
      {all && <Button href="#/">{say("wallet.find")}</Button>}
    </div>
  );
}
