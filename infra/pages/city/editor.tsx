// A text area with line numbers, and the summary of its faults whose links put the caret there.

import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../shared/parts/icons";
import type { Fault } from "./document_tools";
import { Told, useErrorTitle } from "./parts";
import { language } from "../shared/words";
import { count, say } from "./words";

export interface Caret {
  line: number;
  from: number;
  to: number;
}

interface Props {
  text: string;
  onText: (text: string) => void;
  caret: Caret | null;
  faults: Fault[];
  /** The text is being compared or applied. */
  busy: boolean;
}

export function Editor({ text, onText, caret, faults, busy }: Props) {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const marked = new Set(faults.map(({ line }) => line));
  const lines = text.split("\n").length;
  const scrolled = () => {
    if (area.current && gutter.current) gutter.current.scrollTop = area.current.scrollTop;
  };
  useEffect(() => {
    const field = area.current;
    if (field === null || caret === null) return;
    field.focus();
    field.setSelectionRange(caret.from, caret.to);
    const lineHeight = parseFloat(getComputedStyle(field).lineHeight);
    field.scrollTop = Math.max(0, (caret.line - 4) * lineHeight);
    scrolled();
  }, [caret]);
  return (
    <div>
      <label class="label" for="document">{say("document.text")}</label>
      <p class="note" id="document-hint">{say("document.keys")}</p>
      <div class="editor">
        <div class="gutter" ref={gutter} aria-hidden="true">
          {Array.from({ length: lines }, (_, at) => <span key={at} class={marked.has(at + 1) ? "wrong" : ""}>{at + 1}</span>)}
        </div>
        <textarea
          id="document"
          ref={area}
          value={text}
          readOnly={busy}
          wrap="off"
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          aria-describedby="document-hint"
          {...(faults.length > 0 && { "aria-invalid": true })}
          onInput={(event) => onText(event.currentTarget.value)}
          onScroll={scrolled}
        />
      </div>
    </div>
  );
}

/** It takes the focus when it appears; each line is a link to its place in the text. */
export function FaultList({ faults, onFault }: { faults: Fault[]; onFault: (caret: Caret) => void }) {
  useErrorTitle();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), [faults]);
  return (
    <div class="faults" ref={place} role="alert" tabIndex={-1}>
      <h2><Icon name="stop" /> {say("document.faults", { count: count(faults.length) })}</h2>
      <ul>
        {faults.map((fault, at) => (
          <li key={at}>
            <a href="#document" onClick={(event) => { event.preventDefault(); onFault({ ...fault }); }}>
              {say("document.line", { line: count(fault.line) })}
            </a>
            {fault.place && <code>{fault.place}</code>} <Told detail={(language.value === "zh" && fault.code) || fault.message} />
          </li>
        ))}
      </ul>
    </div>
  );
}
