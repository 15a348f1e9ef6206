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
  language.value = preferred(asked.get("lang"), read(KEY.language), navigator.languages);
  const remembered = asked.get("theme") ?? read(KEY.theme);
  theme.value = THEMES.find((each) => each === remembered) ?? "auto";
  large.value = read(KEY.large) === "yes";
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
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Chosen for this page only.
  }
}
