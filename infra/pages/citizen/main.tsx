// A citizen's pages: the season, claiming, the wallet, and codes.

import { render } from "preact";
import { ticking } from "../shared/clock";
import { preferencesOf } from "../shared/preferences";
import { registered } from "../shared/worker";
import { api, sessionBegun } from "./app";
import { BatchScreen } from "./batch";
import { rearmed, underway } from "./claiming";
import { CodeScreen } from "./code";
import { Help } from "./help";
import { Home } from "./home";
import { Merchants } from "./merchants";
import { place } from "./place";
import { SeasonScreen } from "./season";
import { Wallet } from "./wallet";
import "./style.css";

function Page() {
  const [screen, id = "", part, more] = place.value;
  if (screen === "batches" && id) return <BatchScreen key={id} id={id} />;
  if (screen === "coupons" && id) return <CodeScreen key={id} id={id} />;
  if (screen === "seasons" && part === "places") return <Merchants key={more ?? ""} campaignId={id} termsId={more ?? null} />;
  if (screen === "seasons" && id) return <SeasonScreen key={id} id={id} />;
  if (screen === "wallet") return <Wallet />;
  if (screen === "help") return <Help />;
  return <Home />;
}

preferencesOf(document.documentElement, new URLSearchParams(location.search));
ticking(api.time);
render(<Page />, document.getElementById("app")!);
void sessionBegun().then(rearmed);
// A code stays where the camera looks at it.
void registered(() => underway.value > 0 || place.value[0] === "coupons");
