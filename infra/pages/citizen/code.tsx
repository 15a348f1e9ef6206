// The code of one coupon, for the camera of a shop. It renews itself; a screenshot is worthless after a minute.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ProblemError, type ApiError, type Asking } from "../shared/api";
import { RENEW_BEFORE_S, type Code } from "../shared/citizen";
import { nowS } from "../shared/clock";
import { clockOf, momentOf, moneyOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Notice } from "../shared/parts/notice";
import { grouped, Qr, Renewal } from "../shared/parts/qr";
import { lineOf } from "../shared/reactions";
import { epochS } from "../shared/server_time";
import { language, titled } from "../shared/words";
import { api, citizen, heard, signedIn } from "./app";
import { awake } from "./awake";
import { termsOf, timezoneOf } from "./catalogue";
import { Fact, Lines } from "./pack";
import { Frame, Title, ToWallet } from "./frame";
import { useLoaded, Waiting } from "./loaded";
import { to } from "./place";
import { exampleOf, hoursOf, matchOf, sumOf, whereOf } from "./terms";
import { heldOf, SignedOut, type Held } from "./wallet";
import { say } from "./words";

const LIFE_S = 60;
/** Between two looks whether the shop has taken it. */
const LOOK_MS = 3_000;

async function couponRead(id: string, call: Asking = {}): Promise<Held | null> {
  const { body } = await api.call("GET /wallet", call);
  const coupon = body.coupons.find(({ coupon_id }) => coupon_id === id);
  return coupon ? heldOf(coupon) : null;
}

export function CodeScreen({ id }: { id: string }) {
  if (signedIn.value === false) return <SignedOut />;
  return <Frame back={{ href: to("wallet"), name: say("wallet.title") }}>{signedIn.value && <Shown key={id} id={id} />}</Frame>;
}

function Shown({ id }: { id: string }) {
  const [loaded, again] = useLoaded((call) => couponRead(id, call), [id]);
  const [newer, setNewer] = useState<Held | null>(null);
  const read = loaded.state === "read" ? loaded.value : null;
  const held = newer ?? read;
  const usable = held !== null && ["available", "held"].includes(held.coupon.status);
  useEffect(() => {
    if (!usable) return;
    // A look that fails is no news: the next one follows.
    const look = () => document.visibilityState === "visible" && couponRead(id).then((found) => found && setNewer(found), heard);
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [id, usable]);
  if (loaded.state === "read" && held === null) {
    return (
      <div class="empty">
        <Title>{say("code.none")}</Title>
        <p>{say("code.none-why")}</p>
        <ToWallet />
      </div>
    );
  }
  return (
    <div class="groups">
      <Waiting of={loaded} again={again}>
        <div class="skeleton line" />
        <div class="skeleton square" />
      </Waiting>
      {held && (usable ? <Live held={held} /> : <Over held={held} />)}
    </div>
  );
}

function Live({ held }: { held: Held }) {
  const { coupon, batch, campaign } = held;
  const terms = termsOf(batch, coupon);
  const zone = timezoneOf(campaign);
  const name = terms && campaign ? sumOf(terms, campaign.currency) : titled(coupon.title);
  const match = terms && matchOf(terms, nowS.value);
  const example = terms && campaign ? exampleOf(terms, campaign.currency, nowS.value) : [];
  const hours = terms ? hoursOf(terms) : [];
  const early = nowS.value !== null && nowS.value < epochS(coupon.valid_from);
  useEffect(awake, []);
  return (
    <>
      <Title lang={name.lang}>{name.text}</Title>
      {early && <Notice mood="wait">{say("used.from", { moment: momentOf(coupon.valid_from, zone, language.value) })}</Notice>}
      {coupon.status === "held" && coupon.held_until && (
        <Notice mood="wait" live="status">{say("used.held", { time: clockOf(coupon.held_until, zone, language.value) })}</Notice>
      )}
      <Showing title={say("code.title")} name={name.text} hint={say("code.hint")} unreadable={say("code.unreadable")} ask={() => citizen.code(coupon.coupon_id)}>
        <p class="note">{say("code.unreadable-why")}</p>
        <p class="note"><a href={to("help")}>{say("help.link")}</a></p>
      </Showing>
      <dl class="rows">
        {terms && campaign && (
          <Fact name={say("fact.where")}>
            {whereOf(terms)} <a href={to("seasons", campaign.campaign_id, "places", terms.terms_id)}>{say("fact.shops")}</a>
          </Fact>
        )}
        <Fact name={say("fact.valid")}>{say("used.until", { moment: momentOf(coupon.expires_at, zone, language.value) })}</Fact>
        {hours.length > 0 && <Fact name={say("fact.hours")}><Lines of={hours} /></Fact>}
        {match && <Fact name={say("fact.match")}>{match}</Fact>}
        {example.length > 0 && <Fact name={say("fact.example")}><Lines of={example} /></Fact>}
      </dl>
    </>
  );
}

type ShownCode = Pick<Code, "code" | "expires_at">;

interface ShowingProps {
  title: string;
  /** What the code is of. */
  name: string;
  hint: string;
  /** What to do when it cannot be read, and its heading. */
  unreadable: string;
  children: ComponentChildren;
  ask: () => Promise<ShownCode>;
  /** Called when the stack refuses one. */
  refused?: () => void;
}

/** The code itself: renewed by the server's time, kept until its own end while the network is away. */
export function Showing({ title, name, hint, unreadable, children, ask, refused }: ShowingProps) {
  const [code, setCode] = useState<ShownCode | null>(null);
  const [failed, setFailed] = useState<ApiError | null>(null);
  const asking = useRef(false);
  const left = code === null || nowS.value === null ? 0 : epochS(code.expires_at) - nowS.value;
  const due = left <= RENEW_BEFORE_S;
  const renew = () => {
    if (asking.current) return;
    asking.current = true;
    ask()
      .then(
        (fresh) => {
          setCode(fresh);
          setFailed(null);
        },
        (error: unknown) => {
          setFailed(heard(error));
          if (error instanceof ProblemError) refused?.();
        },
      )
      .finally(() => {
        asking.current = false;
      });
  };
  // While it is due it is asked for every three seconds, unless a request is on its way.
  useEffect(() => {
    if (due) renew();
  }, [due, due && Math.floor((nowS.value ?? 0) / 3)]);
  if (code === null) {
    return failed ? (
      <div class="stack">
        {failed instanceof ProblemError ? (
          <Notice mood="wait" live="alert">{lineOf(failed, language.value)}</Notice>
        ) : (
          <Notice mood="wait" icon="offline" live="alert">{say("code.no-network")}</Notice>
        )}
        <Button icon="refresh" onPress={renew}>{say("load.again")}</Button>
      </div>
    ) : (
      <div class="code"><div class="skeleton square" /></div>
    );
  }
  const dead = left <= 0;
  return (
    <section class="code" aria-label={title}>
      <p class="unseen" role="status">{say(dead ? "code.dead" : "code.shown")}</p>
      {dead ? (
        <Notice mood="wait" icon="offline">{say("code.dead")}</Notice>
      ) : (
        <>
          <Qr text={code.code} label={say("code.of", { name })} />
          <Renewal leftS={due ? left : left - RENEW_BEFORE_S} wholeS={LIFE_S - RENEW_BEFORE_S} />
          <p class="note">{hint}</p>
        </>
      )}
      <details>
        <summary>{unreadable}</summary>
        <p class="letters" translate={false}>{grouped(code.code)}</p>
        {children}
      </details>
    </section>
  );
}

/** Used, expired or voided: no code any more. */
function Over({ held: { coupon, batch, campaign, shop } }: { held: Held }) {
  const heading = useRef<HTMLDivElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const zone = timezoneOf(campaign);
  const terms = termsOf(batch, coupon);
  const { text, lang } = terms && campaign ? sumOf(terms, campaign.currency) : titled(coupon.title);
  const used = coupon.used;
  const word = coupon.status === "redeemed" ? "over.used" : coupon.status === "voided" ? "over.voided" : "over.expired";
  return (
    <div class="stack over" ref={heading} tabIndex={-1}>
      <Title lang={lang}>{text}</Title>
      <Notice mood={used ? "done" : "stop"} title={say(word)} live="status">
        {used && (
          <>
            {shop && <p>{shop}</p>}
            <p>{say("used.saved", { moment: momentOf(used.at, zone, language.value), money: campaign ? moneyOf(used.discount_minor, campaign.currency, language.value) : "" })}</p>
          </>
        )}
        {coupon.status === "voided" && <p>{say("over.voided-why")}</p>}
        {coupon.status === "expired" && <p>{say("used.expired", { moment: momentOf(coupon.expires_at, zone, language.value) })}</p>}
      </Notice>
      <ToWallet />
    </div>
  );
}
