// The screens that are loaded when somebody opens one of them: in one file, so that the first opening stays in few.

// With it the build keeps all of the first opening together, which compresses better than parts.
import "./start";

export { Help } from "./help/help";
export { DrawScreen } from "./lottery/draw_screen";
export { Lottery } from "./lottery/lottery";
export { Exchange } from "./points/exchange";
export { PointsScreen } from "./points/points";
export { Activities } from "./programme/activities";
export { Merchants } from "./programme/merchants";
export { SupplyScreens } from "./supplies/supplies";
export { SlotScreens } from "./slots/screens";
