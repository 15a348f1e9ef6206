// What few people open, in one file.

export { DrawOf } from "./lottery/draw";
export { PersonMore } from "./person/more";
export { Points } from "./points/points";
export { Supplies } from "./supplies/supplies";
export { VenueBatch, VenueMeasure } from "./venues/batch";
