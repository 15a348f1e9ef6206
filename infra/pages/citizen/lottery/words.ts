// What is said of draws, in two languages.

import { saying } from "../../shared/words";
import en from "./words/en.json";
import zh from "./words/zh.json";

export type Word = keyof typeof zh & keyof typeof en;
export const say = saying<Word>({ zh, en });
