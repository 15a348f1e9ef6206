// Around every screen: the head, the way back, what is claimed for the person meanwhile, and the foot.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { clockOf } from "../shared/figures";
import { Button } from "../shared/parts/button";
import { Head, Offline, Skip, ThemeSwitch } from "../shared/parts/head";
import { Icon, type IconName } from "../shared/parts/icons";
import { Notice } from "../shared/parts/notice";
import { language } from "../shared/words";
import { hotline, signedIn, signIn, signInFailed, signOut } from "./app";
import { armed, forgotten } from "./claiming";
import { justMoved, place, to } from "./place";
import { say } from "./words";

interface TitleProps {
  children: string;
  lang?: string | undefined;
  failed?: boolean;
  /** For readers, until the heading itself is known. */
  unseen?: boolean;
}

/** The heading of a screen, which names the document too. After a move it takes the focus. */
export function Title({ children, lang, failed = false, unseen = false }: TitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const name = say("app.name");
  useEffect(() => {
    document.title = `${failed ? `${say("app.error")}: ` : ""}${children} · ${name}`;
  }, [children, failed, name]);
  useEffect(() => {
    if (!unseen && justMoved()) heading.current?.focus({ preventScroll: true });
  }, []);
  return <h1 ref={heading} tabIndex={-1} {...(lang && { lang })} {...(unseen && { class: "unseen" })}>{children}</h1>;
}

interface Props {
  /** Where the way back leads, and its name. */
  back?: { href: string; name: string; lang?: string | undefined };
  children: ComponentChildren;
}

export function Frame({ back, children }: Props) {
  return (
    <div class="page">
      <Skip />
      <Offline />
      <Head name={say("app.name")} home="#/">
        <div class="mine">
          <Own screen="wallet" icon="ticket">{say("app.wallet")}</Own>
          <Own screen="bookings" icon="calendar">{say("app.bookings")}</Own>
        </div>
      </Head>
      {back && (
        <nav aria-label={say("app.back")}>
          <a class="back" href={back.href}>
            <Icon name="back" />
            <span {...(back.lang && { lang: back.lang })}>{back.name}</span>
          </a>
        </nav>
      )}
      <Armed />
      <main id="main" tabIndex={-1}>
        {signInFailed.value && (
          <div class="told">
            <Notice mood="stop" title={say("sign-in.failed")} live="alert">
              <Button kind="quiet" onPress={signIn}>{say("sign-in.again")}</Button>
            </Notice>
          </div>
        )}
        {children}
      </main>
      <Foot />
    </div>
  );
}

/** The way to what the person has. */
function Own({ screen, icon, children }: { screen: string; icon: IconName; children: string }) {
  return (
    <a class="switch" href={to(screen)} {...(place.value[0] === screen && { "aria-current": "page" as const })}>
      <Icon name={icon} />
      {children}
    </a>
  );
}

/** The way to the wallet, where there is no other. */
export function ToWallet({ kind = "ink" }: { kind?: "ink" | "edge" }) {
  return <Button kind={kind} icon="ticket" href={to("wallet")}>{say("claim.to-wallet")}</Button>;
}

/** Seen on every other screen while the page will claim by itself. */
function Armed() {
  const one = armed.value;
  if (one === null || place.value.join("/") === `batches/${one.batchId}`) return null;
  return (
    <div class="told">
      <Notice mood="wait" live="status">
        <a href={to("batches", one.batchId)}>{say("armed.elsewhere", { time: clockOf(one.at, one.zone, language.value) })}</a>
      </Notice>
    </div>
  );
}

/** What the page would have done for the one who leaves, it does not do for the next. */
function leave(): void {
  forgotten();
  signOut();
}

/** A link that calls the hotline, where the city has one. */
export function Hotline() {
  const number = hotline.value;
  return number && <p><a href={`tel:${number}`}>{say("help.call", { number })}</a></p>;
}

function Foot() {
  return (
    <footer class="foot">
      {place.value[0] !== "help" && (
        <>
          <p><a href={to("help")}>{say("help.link")}</a></p>
          <Hotline />
        </>
      )}
      {signedIn.value !== null && (
        <p>
          {signedIn.value ? (
            <>
              <span>{say("sign-in.done")}</span> <Button kind="quiet" onPress={leave}>{say("sign-in.out")}</Button>
            </>
          ) : (
            <Button kind="quiet" onPress={signIn}>{say("sign-in.in")}</Button>
          )}
        </p>
      )}
      <ThemeSwitch />
    </footer>
  );
}
