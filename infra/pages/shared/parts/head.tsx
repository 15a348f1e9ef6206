// The head of every page: its name, and what a person can choose. And the line at the top when nothing comes through.

import type { ComponentChildren } from "preact";
import { connected } from "../network";
import { large, theme, THEMES } from "../preferences";
import { newBuild, reloaded } from "../worker";
import { language, LOCALES, say, type Word } from "../words";
import { Button } from "./button";
import { Notice } from "./notice";

const THEME_WORDS: Record<(typeof THEMES)[number], Word> = { auto: "theme.auto", light: "theme.light", dark: "theme.dark" };

/** `children` are further entries: the queue of a till, the account. */
export function Head({ name, home = "#", children }: { name: string; home?: string; children?: ComponentChildren }) {
  return (
    <>
      <header class="head">
        <a class="name" href={home}>{name}</a>
        <div class="switches">
          {children}
          <button type="button" class="switch" aria-pressed={large.value} onClick={() => (large.value = !large.value)}>
            {say("size.large")}
          </button>
          <LanguageSwitch />
        </div>
      </header>
      <NewBuild />
    </>
  );
}

/** Offered while nothing is open, and loaded only when it is pressed. */
export function NewBuild() {
  return (
    <div role="status">
      {newBuild.value && (
        <Notice title={say("build.new")}>
          <Button kind="quiet" onPress={reloaded}>{say("build.load")}</Button>
        </Notice>
      )}
    </div>
  );
}

export function LanguageSwitch() {
  const other = language.value === "zh" ? "en" : "zh";
  return (
    <button type="button" class="switch" lang={LOCALES[other]} onClick={() => (language.value = other)}>
      {say("language.other")}
    </button>
  );
}

export function ThemeSwitch() {
  return (
    <div class="switches" role="group" aria-label={say("theme.switch")}>
      {THEMES.map((each) => (
        <button key={each} type="button" class="switch" aria-pressed={theme.value === each} onClick={() => (theme.value = each)}>
          {say(THEME_WORDS[each])}
        </button>
      ))}
    </div>
  );
}

/** To the content, past the head. */
export function Skip() {
  return (
    <a class="skip unseen" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>
      {say("page.skip")}
    </a>
  );
}

/** Shown while requests fail; the browser's own word is not asked. */
export function Offline() {
  return (
    <div class={connected.value ? "" : "banner"} role="status">
      {!connected.value && <Notice mood="wait" icon="offline">{say("net.offline")}</Notice>}
    </div>
  );
}
