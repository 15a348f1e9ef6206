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
  /** What readers hear first, where the mood has not the word for it. */
  name?: string;
  /** `status` is read out when it changes, `alert` at once; without it only when a reader comes by. */
  live?: "status" | "alert";
  children?: ComponentChildren;
}

export function Notice({ mood = "note", title, icon, name, live, children }: Props) {
  return (
    <div class={`notice ${mood}`} {...(live && { role: live })}>
      <Icon name={icon ?? SIGNS[mood]} />
      <div>
        <span class="unseen">{name ?? say(NAMES[mood])}: </span>
        {title && <p class="title">{title}</p>}
        {children}
      </div>
    </div>
  );
}

export function Chip({ mood, icon, children }: { mood: Mood; icon?: IconName; children: ComponentChildren }) {
  return (
    <span class={`chip ${mood}`}>
      <Icon name={icon ?? SIGNS[mood]} />
      {children}
    </span>
  );
}
