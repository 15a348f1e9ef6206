// Tabs as readers and keyboards know them: arrows move, one stop of the Tab key.

import type { ComponentChildren } from "preact";

interface Tab {
  id: string;
  label: string;
  count?: number;
}

interface Props {
  label: string;
  tabs: Tab[];
  chosen: string;
  onChosen: (id: string) => void;
  /** Of the chosen tab. */
  children: ComponentChildren;
}

export function Tabs({ label, tabs, chosen, onChosen, children }: Props) {
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    onChosen(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(({ id, label: text, count }) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={id === chosen}
            {...(id === chosen && { "aria-controls": `panel-${id}` })}
            tabIndex={id === chosen ? 0 : -1}
            onClick={() => onChosen(id)}
          >
            {text}
            {count !== undefined && <span class="count">{count}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`panel-${chosen}`} aria-labelledby={`tab-${chosen}`}>{children}</div>
    </>
  );
}
