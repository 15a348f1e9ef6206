// The season, claiming, the wallet and codes; and the way to screens that are loaded when they are needed.

import { render } from "preact";
import { ticking } from "../shared/clock";
import { preferencesOf } from "../shared/preferences";
import { registered } from "../shared/worker";
import { api, sessionBegun } from "./app";
import { BatchScreen } from "./batch";
import { rearmed, underway } from "./claiming";
import { CodeScreen } from "./code";
import { Home } from "./home";
import { Later } from "./later";
import { place } from "./place";
import { SeasonScreen } from "./season";
import { Wallet } from "./wallet";

const rest = () => import("./rest");
const activities = async () => (await rest()).Activities;
const merchants = async () => (await rest()).Merchants;
const slots = async () => (await rest()).SlotScreens;
const points = async () => (await rest()).PointsScreen;
const supplies = async () => (await rest()).SupplyScreens;
const help = async () => (await rest()).Help;
const draw = async () => (await rest()).DrawScreen;

function Page() {
  const [screen, id = "", part, more, last = ""] = place.value;
  if (screen === "batches" && part === "draw") return <Later key={`draw ${id}`} load={draw} props={{ id }} />;
  if (screen === "batches" && id) return <BatchScreen key={id} id={id} />;
  if (screen === "coupons" && id) return <CodeScreen key={id} id={id} />;
  if (screen === "bookings" || (screen === "seasons" && part === "facilities")) return <Later key="slots" load={slots} props={{ steps: place.value }} />;
  if (screen === "seasons" && part === "places") return <Later key={`places ${more}`} load={merchants} props={{ campaignId: id, termsId: more ?? null }} />;
  if (screen === "seasons" && part === "activities") return <Later key="activities" load={activities} props={{ campaignId: id, day: more ?? "", district: last }} />;
  if (screen === "seasons" && part === "supplies") return <Later key="supplies" load={supplies} props={{ steps: place.value }} />;
  if (screen === "seasons" && id) return <SeasonScreen key={id} id={id} />;
  if (screen === "wallet") return <Wallet />;
  if (screen === "points") return <Later key="points" load={points} props={{}} />;
  if (screen === "help") return <Later key="help" load={help} props={{}} />;
  return <Home />;
}

preferencesOf(document.documentElement, new URLSearchParams(location.search));
ticking(api.time);
render(<Page />, document.getElementById("app")!);
void sessionBegun().then(rearmed);
// A code stays where the camera looks at it.
void registered(() => underway.value > 0 || place.value[0] === "coupons");
