// The shop's own words beside the shared ones. A key that is not in words/zh.json does not compile.

import { saying } from "../shared/words";
import en from "./words/en.json";
import zh from "./words/zh.json";

export type ShopWord = keyof typeof zh & keyof typeof en;
export const tell = saying<ShopWord>({ zh, en });
