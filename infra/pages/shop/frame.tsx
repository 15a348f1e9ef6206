// Around each screen but the results: which shop and store, the queue, and where else one can go.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../shared/parts/button";
import { Drawing } from "../shared/parts/drawings";
import { NewBuild, Offline, Skip } from "../shared/parts/head";
import { Icon } from "../shared/parts/icons";
import { Notice } from "../shared/parts/notice";
import { titled } from "../shared/words";
import { SignIn } from "./parts";
import { place, type Screen } from "./place";
import { practising } from "./practice";
import { waiting } from "./queue";
import { practised } from "./sale";
import { expired, merchant, store } from "./shop";
import { atDoor } from "./venue";
import { tell, type ShopWord } from "./words";

const PLACES: [Screen, string, ShopWord][] = [
  ["sale", "#/", "nav.sale"],
  ["door", "#/door", "nav.door"],
  ["orders", "#/orders", "nav.orders"],
  ["settlement", "#/settlement", "nav.settlement"],
  ["settings", "#/settings", "nav.settings"],
];

interface Props {
  title: string;
  /** The heading is for readers alone: the screen says it by itself. */
  quiet?: boolean;
  look?: string;
  children: ComponentChildren;
}

export function Frame({ title, quiet = false, look = "", children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${tell("shop.name")}`;
  });
  // A new screen is told by its heading; the first one leaves the focus where it is.
  useEffect(() => {
    if (moved) heading.current?.focus();
    moved = true;
  }, [place.value]);
  return (
    <div class={`page shop ${look}`}>
      <Skip />
      <header class="till-head">
        <Badge />
        <p class="who">
          <Icon name="shop" />
          <span>{shopName()}</span>
        </p>
        <nav aria-label={tell("nav.label")}>
          {PLACES.filter(([screen]) => screen !== "door" || atDoor.value || merchant.value?.category === "sports-venue").map(([screen, href, word]) => (
            <a key={screen} href={href} {...(isHere(screen) && { "aria-current": "page" as const })}>{tell(word)}</a>
          ))}
        </nav>
      </header>
      {!quiet && <Offline />}
      <NewBuild />
      <main id="main" tabIndex={-1} class="stack">
        <h1 ref={heading} tabIndex={-1} class={quiet ? "for-readers" : ""}>{title}</h1>
        {practising.value && (
          <Notice mood="wait" title={tell("practice.title")} live="status">
            <p>{tell("practice.said")}</p>
            <Button kind="quiet" onPress={() => practised(false)}>{tell("practice.end")}</Button>
          </Notice>
        )}
        {expired.value && (
          <Notice mood="wait" title={tell("account.expired")} live="status">
            <SignIn kind="quiet" />
          </Notice>
        )}
        {merchant.value?.suspended && (
          <Notice mood="stop" title={tell("suspended.title")}>{tell("suspended.said")}</Notice>
        )}
        {children}
      </main>
    </div>
  );
}

let moved = false;

function isHere(screen: Screen): boolean {
  const here = place.value.screen;
  return here === screen || (screen === "orders" && ["order", "holds"].includes(here));
}

/** Shop and store; the store is named where there are several. */
export function shopName(): string {
  const own = merchant.value;
  if (!own) return "";
  const name = titled(own.title).text;
  const where = store.value;
  if (own.stores.length < 2 || !where) return name;
  return `${name} · ${where.title ? titled(where.title).text : where.store_id}`;
}

/** How many sales wait: a number and a word, on every screen. */
export function Badge() {
  const count = waiting.value.length;
  return (
    <a class={count > 0 ? "badge waits" : "badge"} href="#/queue">
      <span class="numbers">{count}</span> {tell("queue.badge")}
    </a>
  );
}

/** Nothing to show: a drawing, the fact, and the way on. */
export function Empty({ children }: { children: string }) {
  return (
    <div class="empty">
      <Drawing section="coupons" />
      <p>{children}</p>
      <Button kind="edge" href="#/">{tell("orders.sell")}</Button>
    </div>
  );
}
