// A field with its label, hint and fault; and the summary of faults, which takes the focus and links to each field.

import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { say } from "../words";
import { Icon } from "./icons";

interface Props {
  id: string;
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
  value: string;
  onValue: (value: string) => void;
  /** More attributes of the input: `inputMode`, `autocomplete`, `maxLength`. */
  input?: InputHTMLAttributes<HTMLInputElement>;
}

export function Field({ id, label, hint, fault, value, onValue, input }: Props) {
  const about = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class={fault ? "field wrong" : "field"}>
      <label for={id}>{label}</label>
      {hint && <p class="note" id={`${id}-hint`}>{hint}</p>}
      {fault && <p class="fault" id={`${id}-fault`}><Icon name="stop" />{fault}</p>}
      <input
        {...input}
        id={id}
        value={value}
        {...(about && { "aria-describedby": about })}
        {...(fault && { "aria-invalid": true })}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </div>
  );
}

/** Faults by the id of their field. It takes the focus when it appears, but is no stop of the Tab key. */
export function Faults({ faults, children }: { faults: Record<string, string>; children?: ComponentChildren }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <div class="faults" ref={place} role="alert" tabIndex={-1}>
      <h2>{say("error.summary")}</h2>
      <ul>
        {Object.entries(faults).map(([id, fault]) => (
          <li key={id}>
            <a href={`#${id}`} onClick={(event) => toField(event, id)}>{fault}</a>
          </li>
        ))}
      </ul>
      {children}
    </div>
  );
}

/** The fragment belongs to the screens, so the link moves the focus itself. */
function toField(event: Event, id: string): void {
  event.preventDefault();
  document.getElementById(id)?.focus();
}
