// Buttons and links that look like them. One `act` a screen at most: the thing to do now.

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

interface Props {
  kind?: "ink" | "act" | "edge" | "quiet";
  icon?: IconName;
  /** Cannot be pressed now; it keeps the focus, and `children` say why. */
  busy?: boolean;
  /** A link instead of a button. */
  href?: string;
  /** The id of the text that says what pressing does. */
  describedBy?: string;
  onPress?: () => void;
  children: ComponentChildren;
}

export function Button({ kind = "ink", icon, busy = false, href, describedBy, onPress, children }: Props) {
  const look = kind === "ink" ? "button" : `button ${kind}`;
  const inside = (
    <>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </>
  );
  const more = describedBy === undefined ? {} : { "aria-describedby": describedBy };
  if (href !== undefined) {
    return <a class={look} href={href} {...more}>{inside}</a>;
  }
  return (
    <button type="button" class={look} aria-disabled={busy} onClick={() => busy || onPress?.()} {...more}>
      {inside}
    </button>
  );
}
