// The screens that a sale does not need, in one file.

// With it the build keeps all of the first opening together, which compresses better than parts.
import "./start";

export { DoorScreen } from "./door/screen";
export { SettingsScreen } from "./settings/settings";
export { SettlementScreen } from "./settlement/settlement";
export { StatedFields } from "./stated/fields";
