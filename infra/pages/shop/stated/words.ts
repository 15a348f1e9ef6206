// What an order states, in two languages.

import { saying } from "../../shared/words";
import en from "./words/en.json";
import zh from "./words/zh.json";

export type StatedWord = keyof typeof zh & keyof typeof en;
export const say = saying<StatedWord>({ zh, en });
