// One coupon as a ticket that leads to its code.

import { nowS } from "../shared/clock";
import { clockOf, momentOf, moneyOf } from "../shared/figures";
import { sectionOf } from "../shared/parts/drawings";
import { Icon } from "../shared/parts/icons";
import { Chip } from "../shared/parts/notice";
import { Ticket } from "../shared/parts/ticket";
import { epochS } from "../shared/server_time";
import { language, titled } from "../shared/words";
import { timezoneOf, type Campaign, type Coupon, type Terms } from "./catalogue";
import { to } from "./place";
import { hoursOf, leftOf, matchOf, sumOf, whereOf, Worth } from "./terms";
import { say } from "./words";

interface Props {
  coupon: Coupon;
  /** Null where the batch could not be read. */
  terms: Terms | null;
  campaign: Campaign | null;
  seal?: string;
  torn?: boolean;
  /** The shop where it was used. */
  shop?: string | undefined;
}

export function CouponTicket({ coupon, terms, campaign, seal, torn = false, shop }: Props) {
  const over = !["available", "held"].includes(coupon.status);
  const title = terms && campaign ? sumOf(terms, campaign.currency) : titled(coupon.title);
  const stub = terms && campaign ? <Worth terms={terms} currency={campaign.currency} /> : <span class="amount long">{say("terms.coupon")}</span>;
  const own = ({ redeemed: "seal.used", expired: "seal.expired", voided: "seal.voided" } as const)[coupon.status as "redeemed"];
  const mark = own ? say(own) : seal;
  return (
    <Ticket
      section={sectionOf(terms?.section_id)}
      stub={stub}
      title={title.text}
      titleLang={title.lang}
      over={over}
      gone={over && coupon.status !== "redeemed"}
      torn={torn}
      {...(mark && { seal: mark })}
      {...(!over && { href: to("coupons", coupon.coupon_id) })}
    >
      <Notes coupon={coupon} terms={terms} campaign={campaign} shop={shop} />
      {!over && <p class="go">{say("coupon.show")} <Icon name="next" /></p>}
    </Ticket>
  );
}

function Notes({ coupon, terms, campaign, shop }: Pick<Props, "coupon" | "terms" | "campaign" | "shop">) {
  const zone = timezoneOf(campaign);
  const moment = (at: string) => momentOf(at, zone, language.value);
  if (coupon.used) {
    const facts = { moment: moment(coupon.used.at), money: campaign ? moneyOf(coupon.used.discount_minor, campaign.currency, language.value) : "" };
    return (
      <>
        {shop && <p class="note">{shop}</p>}
        <p class="note">{say("used.saved", facts)}</p>
      </>
    );
  }
  const early = nowS.value !== null && nowS.value < epochS(coupon.valid_from);
  const left = coupon.status === "available" && !early ? leftOf(coupon.expires_at, nowS.value) : null;
  const hours = terms ? hoursOf(terms) : [];
  const match = terms && coupon.status === "available" ? matchOf(terms, nowS.value) : null;
  return (
    <>
      {terms && <p class="note">{whereOf(terms)}</p>}
      {hours.map((line) => <p class="note" key={line}>{line}</p>)}
      <p class="note">{say(coupon.status === "expired" ? "used.expired" : "used.until", { moment: moment(coupon.expires_at) })}</p>
      {match && <p class="note">{match}</p>}
      {early && <p><Chip mood="note">{say("used.from", { moment: moment(coupon.valid_from) })}</Chip></p>}
      {left && <p><Chip mood="wait">{left}</Chip></p>}
      {coupon.status === "held" && coupon.held_until && (
        <p><Chip mood="wait">{say("used.held", { time: clockOf(coupon.held_until, zone, language.value) })}</Chip></p>
      )}
    </>
  );
}
