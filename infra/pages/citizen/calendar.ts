// An opening as a file for the calendar of the phone (RFC 5545).

const BREAKS = /([,;\\])/g;

export function calendarOf(uid: string, title: string, momentS: number, link: string): string {
  const stamp = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//coupon season//pages//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${stamp(momentS)}`,
    `DTSTART:${stamp(momentS)}`,
    "DURATION:PT10M",
    `SUMMARY:${title.replace(BREAKS, "\\$1")}`,
    `URL:${link}`,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `DESCRIPTION:${title.replace(BREAKS, "\\$1")}`,
    "TRIGGER:-PT10M",
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
