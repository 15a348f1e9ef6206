// One of several, or all of them.

interface Props {
  id: string;
  label: string;
  /** What no choice is called. */
  all: string;
  of: string[];
  /** The name of one, where it has another than itself. */
  named?: (one: string) => string;
  /** Empty: all. */
  chosen: string;
  onChosen: (one: string) => void;
}

export function Choice({ id, label, all, of, named = (one) => one, chosen, onChosen }: Props) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={chosen} onChange={(event) => onChosen(event.currentTarget.value)}>
        <option value="">{all}</option>
        {of.map((one) => <option key={one} value={one}>{named(one)}</option>)}
      </select>
    </div>
  );
}
