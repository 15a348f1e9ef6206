// What has happened, in place until the next act: a sign, a word and a sentence, never colour alone.

import type { ComponentChildren } from "preact";
import { say, type Word } from "../words";
import { Icon, type IconName } from "./icons";

export type Mood = "done" | "wait" | "stop" | "note";
const SIGNS: Record<Mood, IconName> = { done: "check", wait: "clock", stop: "stop", note: "info" };
const NAMES: Record<Mood, Word> = { done: "state.done", wait: "state.wait", stop: "state.stop", note: "state.note" };

interface Props {
  mood?: Mood;
  title?: ComponentChildren;
  icon?: IconName;
  /** `status` is read out when it changes, `alert` at once; without it only when a reader comes by. */
  live?: "status" | "alert";
  children?: ComponentChildren;
}

export function Notice({ mood = "note", title, icon, live, children }: Props) {
  return (
    <div class={`notice ${mood}`} {...(live && { role: live })}>
      <Icon name={icon ?? SIGNS[mood]} />
      <div>
        <span class="unseen">{say(NAMES[mood])}: </span>
        {title && <p class="title">{title}</p>}
        {children}
      </div>
    </div>
  );
}

export function Chip({ mood, children }: { mood: Mood; children: ComponentChildren }) {
  return (
    <span class={`chip ${mood}`}>
      <Icon name={SIGNS[mood]} />
      {children}
    </span>
  );
}
