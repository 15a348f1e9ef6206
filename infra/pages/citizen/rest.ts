// The screens that are loaded when somebody opens one of them: in one file, so that the first opening stays in few.

export { Help } from "./help/help";
export { Activities } from "./programme/activities";
export { Merchants } from "./programme/merchants";
