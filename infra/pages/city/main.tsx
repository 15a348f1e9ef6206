// The city's application at /city: a public page, and a console for operators. The access token is in memory only.

import { render } from "preact";
import { ticking } from "../shared/clock";
import { Head, Offline, Skip, ThemeSwitch } from "../shared/parts/head";
import { preferencesOf } from "../shared/preferences";
import { configured, Session } from "../shared/session";
import { registered } from "../shared/worker";
import { Board } from "./board";
import { Console, useFocusOnScreen } from "./console";
import { boardHref, consoleHref, place, placeOf, type Place } from "./place";
import { api, config, configure, session, signedIn, signInFailed, signOut } from "./stack";
import { say } from "./words";
import { Today } from "./today";
import { Wall } from "./wall";
import "./style.css";

function Page() {
  useFocusOnScreen();
  const at = place.value;
  const home = at.campaignId === null ? "#/" : boardHref(at.campaignId);
  return (
    <>
      <Skip />
      <div class="page wide">
        <Head name={say("city.name")} home={home}>
          {at.name === "board" && <a class="switch" href={at.campaignId ? consoleHref(at.campaignId) : "#/console"}>{say("console.title")}</a>}
          {at.name === "console" && <a class="switch" href={home}>{say("board.title")}</a>}
          {signedIn.value && <button type="button" class="switch" onClick={signOut}>{say("signin.end")}</button>}
        </Head>
        <Offline />
        <main id="main" tabIndex={-1}>
          {at.name === "board" ? <Public at={at} /> : <Console at={at} />}
        </main>
        <footer class="foot">
          <Hotline />
          <ThemeSwitch />
        </footer>
      </div>
    </>
  );
}

function Public({ at: { campaignId, view } }: { at: Extract<Place, { name: "board" }> }) {
  if (campaignId !== null && view === "today") return <Today campaignId={campaignId} />;
  return campaignId !== null && view === "wall" ? <Wall campaignId={campaignId} /> : <Board campaignId={campaignId} />;
}

function Hotline() {
  const hotline = config.value?.hotline;
  if (!hotline) return null;
  return <p><a href={`tel:${hotline.replace(/[^+\d]/g, "")}`}>{say("city.hotline", { number: hotline })}</a></p>;
}

async function start(): Promise<void> {
  const address = new URL(location.href);
  preferencesOf(document.documentElement, address.searchParams);
  const isReturn = Session.returned(address);
  // Off the address bar at once: a code must not be shared with the address.
  if (isReturn) history.replaceState(null, "", address.pathname + address.hash);
  const moved = () => (place.value = placeOf(location.hash));
  addEventListener("hashchange", moved);
  moved();
  ticking(api.time);
  render(<Page />, document.getElementById("app")!);
  // Until it comes, what is public is shown.
  configure(await configured());
  if (isReturn) await returned(address);
}

async function returned(address: URL): Promise<void> {
  try {
    const hash = await session.value!.finish(address);
    signedIn.value = true;
    history.replaceState(null, "", hash || "#/console");
  } catch {
    signInFailed.value = true;
    history.replaceState(null, "", "#/console");
  }
  place.value = placeOf(location.hash);
}

void start();
void registered();
