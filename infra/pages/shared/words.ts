// The words of the pages in two languages: those of the shared parts here, an application's own in its folder `words/`.
// A key that is not in a zh.json does not compile; tests/unit/infra/test_pages_words.py holds each two files to the same
// keys and the same places for facts.

import { computed, signal } from "@preact/signals";
import en from "./words/en.json";
import zh from "./words/zh.json";
import type { Language } from "./reactions";

export type Word = keyof typeof zh & keyof typeof en;
export type Facts = Record<string, string | number>;

/** What the page is shown in. `remembered` and `asked` go before what the browser prefers. */
export const language = signal<Language>("zh");
export const LOCALES: Record<Language, string> = { zh: "zh-CN", en: "en-GB" };
export const locale = computed(() => LOCALES[language.value]);

export function preferred(asked: string | null, remembered: string | null, browser: readonly string[]): Language {
  for (const tag of [asked, remembered, ...browser]) {
    const found = tag?.toLowerCase().slice(0, 2);
    if (found === "zh" || found === "en") return found;
  }
  return "en";
}

/** How an application says its own words: the text of a key, with `{name}` replaced by the fact of that name. */
export function saying<Key extends string>(words: Record<Language, Record<Key, string>>): (key: Key, facts?: Facts) => string {
  return (key, facts = {}) =>
    words[language.value][key].replace(/\{(\w+)\}/g, (place, name: string) => String(facts[name] ?? place));
}

/** A title of the stack in the page's language; `lang` where only the other language has it. */
export function titled(title: string | { en?: string | null; zh?: string | null }): { text: string; lang?: string } {
  if (typeof title === "string") return { text: title };
  const own = title[language.value];
  if (own) return { text: own };
  const other: Language = language.value === "zh" ? "en" : "zh";
  return { text: title[other] ?? "", lang: LOCALES[other] };
}

/** Names in a row, as the language joins them. */
export function listed(names: string[]): string {
  return names.join(language.value === "zh" ? "、" : ", ");
}

export const say = saying<Word>({ zh, en });
