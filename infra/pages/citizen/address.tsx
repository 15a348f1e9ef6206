// Where something is: an address that opens the phone's map.

import { Icon } from "../shared/parts/icons";
import { titled } from "../shared/words";

interface Props {
  of: Parameters<typeof titled>[0];
  /** `39.9,116.4`, where it is known. */
  geo?: string | null | undefined;
  marked?: boolean;
}

export function Address({ of, geo, marked = false }: Props) {
  const { text, lang } = titled(of);
  return (
    <a class="address" href={`geo:${geo ?? "0,0"}?q=${encodeURIComponent(text)}`} {...(lang && { lang })}>
      {marked && <Icon name="place" />}{text}
    </a>
  );
}
