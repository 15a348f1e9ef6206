// The shop: one page, so that the camera is asked for once. Screens are chosen by the address behind `#`.

import { render } from "preact";
import { ticking } from "../shared/clock";
import { preferencesOf } from "../shared/preferences";
import { registered } from "../shared/worker";
import { AccountScreen } from "./account";
import { onScan } from "./camera";
import { felt } from "./feedback";
import { HoldsScreen } from "./holds";
import { OrderScreen } from "./order";
import { OrdersScreen } from "./orders";
import { following, place, type Screen } from "./place";
import { QueueScreen } from "./queue_screen";
import { resending, resent } from "./queue";
import { Result, resultOf } from "./result";
import { codeRead, inSale, phase, quoting } from "./sale";
import { SaleScreen } from "./sale_screen";
import { SettingsScreen } from "./settings";
import { SettlementScreen } from "./settlement";
import { account, api, begin } from "./shop";
import { listening } from "./wedge";
import "./style.css";

const SCREENS: Record<Exclude<Screen, "order" | "settlement">, () => preact.JSX.Element> = {
  sale: SaleScreen,
  orders: OrdersScreen,
  holds: HoldsScreen,
  queue: QueueScreen,
  settings: SettingsScreen,
};

function Shop() {
  if (account.value !== "ready") return <AccountScreen />;
  const { screen, of } = place.value;
  if (resultOf(phase.value) && ["sale", "holds"].includes(screen)) return <Result />;
  if (screen === "order") return <OrderScreen key={of} number={of} />;
  if (screen === "settlement") return <SettlementScreen key={of} day={of} />;
  const Shown = SCREENS[screen];
  return <Shown />;
}

function scanned(text: string): void {
  if (account.value !== "ready" || !["sale", "holds"].includes(place.value.screen)) return;
  felt(codeRead(text) ? "read" : "stop");
}

preferencesOf(document.documentElement, new URLSearchParams(location.search));
following();
ticking(api.time);
onScan(scanned);
listening(scanned);
render(<Shop />, document.getElementById("app") as HTMLElement);
void begin().then((hash) => {
  if (hash) location.hash = hash;
  quoting();
  resending();
  void resent();
});
void registered(() => inSale.value);
