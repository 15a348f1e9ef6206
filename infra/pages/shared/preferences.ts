// What a person has chosen: language, theme and size of the text, kept on the device and told to the document.

import { effect, signal } from "@preact/signals";
import { language, LOCALES, preferred } from "./words";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
export const theme = signal<Theme>("auto");
export const large = signal(false);

const KEY = { language: "season.language", theme: "season.theme", large: "season.large" };

/** Reads what was chosen, then keeps the document and the store in step with every later choice. */
export function preferencesOf(root: HTMLElement, asked: URLSearchParams): void {
  language.value = preferred(asked.get("lang"), remembered(KEY.language), navigator.languages);
  const wanted = asked.get("theme") ?? remembered(KEY.theme);
  theme.value = THEMES.find((each) => each === wanted) ?? "auto";
  large.value = remembered(KEY.large) === "yes";
  effect(() => {
    root.lang = LOCALES[language.value];
    keep(KEY.language, language.value);
  });
  effect(() => {
    if (theme.value === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", theme.value);
    keep(KEY.theme, theme.value);
  });
  effect(() => {
    root.setAttribute("data-size", large.value ? "large" : "normal");
    keep(KEY.large, large.value ? "yes" : "no");
  });
}

/** A browser that keeps nothing (a private window) must still show the page. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Chosen for this page only.
  }
}
