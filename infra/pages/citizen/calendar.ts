// An opening, or what is booked, as a file for the calendar of the phone (RFC 5545).

const BREAKS = /([,;\\])/g;

interface More {
  lastsS?: number;
  /** The phone tells so long before. */
  alarmS?: number;
  place?: string | undefined;
}

export function calendarOf(uid: string, title: string, momentS: number, link: string, { lastsS = 600, alarmS = 600, place }: More = {}): string {
  const stamp = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//coupon season//pages//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${stamp(momentS)}`,
    `DTSTART:${stamp(momentS)}`,
    `DURATION:PT${Math.round(lastsS / 60)}M`,
    `SUMMARY:${title.replace(BREAKS, "\\$1")}`,
    ...(place ? [`LOCATION:${place.replace(BREAKS, "\\$1")}`] : []),
    `URL:${link}`,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `DESCRIPTION:${title.replace(BREAKS, "\\$1")}`,
    `TRIGGER:-PT${Math.round(alarmS / 60)}M`,
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
