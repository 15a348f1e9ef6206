// The stack's equations in Chinese: their phrases are replaced, the numbers and names stay where they are.

import type { Language } from "../shared/reactions";
import { LOCALES } from "../shared/words";
import { amountsIn } from "./words";
import phrases from "./words/equations.json";

const WORDS: Record<string, string> = phrases;
/** The longest first, so that a part never goes before the whole. No look-behind: Safari 14 has none. */
const PHRASES = Object.keys(WORDS).sort((a, b) => b.length - a.length);
const PHRASE = new RegExp(`(^|[^a-z-])(${PHRASES.join("|")})(?![a-z-])`, "g");

/** The equation as the page's language says it, funders by their `names`; `lang` where it stays in English. */
export function inWords(equation: string, language: Language, names: Record<string, string> = {}): { text: string; lang?: string } {
  const signs = equation.replace(/<=/g, "≤").replace(/>=/g, "≥").replace(/ x /g, " × ");
  const named = signs.replace(/([a-z0-9-]+)(?= -?[\d,.]+ [A-Z]{3}\b)/g, (id) => names[id] ?? id);
  const apart = named.replace(/(^|[^\d.,:#~a-z-])(\d{4,})(?![\d.,:-])/g, (_, before: string, digits: string) => before + Number(digits).toLocaleString("en"));
  if (language === "en") return { text: amountsIn(apart, language) };
  let found = 0;
  const text = apart.replace(PHRASE, (_, before: string, phrase: string) => {
    found += 1;
    return before + (WORDS[phrase] ?? phrase);
  });
  return found > 0 ? { text: amountsIn(text, language) } : { text: apart, lang: LOCALES.en };
}

/** The batch that an equation of a campaign begins with, and the rest of it. */
export function batchOf(equation: string): { batchId: string | null; text: string } {
  const found = /^batch ([a-z0-9-]+): (.*)$/s.exec(equation);
  return found ? { batchId: found[1] ?? null, text: found[2] ?? "" } : { batchId: null, text: equation };
}
