// The shop: one page, so that the camera is asked for once. Screens are chosen by the address behind `#`; those that a
// sale does not need are loaded right after it can begin.

import { render } from "preact";
import { ticking } from "../shared/clock";
import { preferencesOf } from "../shared/preferences";
import { registered } from "../shared/worker";
import { AccountScreen } from "./account";
import { onScan } from "./camera";
import { felt } from "./feedback";
import { HoldsScreen } from "./holds";
import { Later, loadRest } from "./later";
import { OrderScreen } from "./order";
import { OrdersScreen } from "./orders";
import { following, place, went, type Screen } from "./place";
import { QueueScreen } from "./queue_screen";
import { resending, resent } from "./queue";
import { Result, resultOf } from "./result";
import { codeRead, inSale, phase, quoting } from "./sale";
import { SaleScreen } from "./sale_screen";
import { account, api, begin } from "./shop";
import { taker } from "./venue";
import { listening } from "./wedge";
import { tell } from "./words";

const SCREENS: Record<Exclude<Screen, "order" | "settlement" | "settings" | "door">, () => preact.JSX.Element> = {
  sale: SaleScreen,
  orders: OrdersScreen,
  holds: HoldsScreen,
  queue: QueueScreen,
};

/** Then a cut-off till has all of its screens. */
const REST_AFTER_MS = 2_000;

function Shop() {
  if (account.value !== "ready") return <AccountScreen />;
  const { screen, of } = place.value;
  if (resultOf(phase.value) && ["sale", "holds"].includes(screen)) return <Result />;
  if (screen === "order") return <OrderScreen key={of} number={of} />;
  if (screen === "settlement") return <Later key="settlement" title={tell("nav.settlement")} of={({ SettlementScreen }) => <SettlementScreen key={of} day={of} />} />;
  if (screen === "settings") return <Later key="settings" title={tell("nav.settings")} of={({ SettingsScreen }) => <SettingsScreen />} />;
  if (screen === "door") return <Later key="door" title={tell("nav.door")} of={({ DoorScreen }) => <DoorScreen />} />;
  const Shown = SCREENS[screen];
  return <Shown />;
}

function scanned(text: string): void {
  if (account.value !== "ready") return;
  if (taker.value) return taker.value(text);
  if (!["sale", "holds"].includes(place.value.screen)) return;
  felt(codeRead(text) ? "read" : "stop");
}

preferencesOf(document.documentElement, new URLSearchParams(location.search));
following();
ticking(api.time);
onScan(scanned);
listening(scanned);
render(<Shop />, document.getElementById("app") as HTMLElement);
void begin().then((hash) => {
  if (hash) went(hash);
  quoting();
  resending();
  void resent();
  setTimeout(loadRest, REST_AFTER_MS);
});
void registered(() => inSale.value);
