// What is said at a venue's door, in two languages.

import { saying } from "../../shared/words";
import en from "./words/en.json";
import zh from "./words/zh.json";

export type DoorWord = keyof typeof zh & keyof typeof en;
export const say = saying<DoorWord>({ zh, en });
