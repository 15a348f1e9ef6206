// The stack's own sentences in Chinese: why it refuses, what is wrong at a place, what it warns of.
//
// A sentence of words/details.json has its facts as {1}, {2}; a fact that is a sentence itself is said in Chinese too.
// tests/unit/infra/test_city_details.py holds the list to the sentences that the stack's code writes.

import type { Language } from "../shared/reactions";
import { LOCALES } from "../shared/words";
import { amountsIn } from "./words";
import sentences from "./words/details.json";

const WORDS: Record<string, string> = sentences;
const FACT = /\{\d\}/;

/** What begins alike: the longer first; so the sentence that says more goes before one that fits it too. */
const SHAPES = Object.keys(WORDS)
  .filter((said) => FACT.test(said))
  .sort((a, b) => a.search(FACT) - b.search(FACT) || literal(a) - literal(b))
  .reverse()
  .map((said) => ({ shape: new RegExp(`^${said.split(/\{\d\}/).map(escaped).join("(.+?)")}$`, "s"), words: WORDS[said]! }));

/** As the page's language says it; `lang` where it stays in English. */
export function told(detail: string, language: Language): { text: string; lang?: string } {
  if (language === "en") return { text: amountsIn(detail, language) };
  const text = inChinese(detail);
  return text === null ? { text: detail, lang: LOCALES.en } : { text: amountsIn(text, language) };
}

function inChinese(said: string): string | null {
  if (WORDS[said]) return WORDS[said]!;
  for (const { shape, words } of SHAPES) {
    const facts = shape.exec(said)?.slice(1);
    if (facts) return words.replace(/\{(\d)\}/g, (_, at: string) => factOf(facts[Number(at) - 1] ?? ""));
  }
  return null;
}

/** A name in quotes keeps them, as Chinese writes them; what a document says itself stays as it is. */
function factOf(fact: string): string {
  return (fact.startsWith('"') ? null : inChinese(fact)) ?? fact.replace(/^'(.*)'$/, "“$1”");
}

function literal(said: string): number {
  return said.replace(/\{\d\}/g, "").length;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
