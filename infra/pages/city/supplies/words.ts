// What is said of supplies, in two languages.

import { saying } from "../../shared/words";
import en from "./words/en.json";
import zh from "./words/zh.json";

export const tell = saying<keyof typeof zh & keyof typeof en>({ zh, en });
