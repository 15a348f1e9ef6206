// Until when points hold, as people say it: the last day of them, with its year.

import { locale } from "../../shared/words";
import type { Local } from "../words";

export function lastDay(expiresAt: string, { timezone }: Pick<Local, "timezone">): string {
  const shape = { timeZone: timezone, year: "numeric", month: "long", day: "numeric" } as const;
  return new Intl.DateTimeFormat(locale.value, shape).format(Date.parse(expiresAt) - 1_000);
}
