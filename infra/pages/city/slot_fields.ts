// What a venue types about a slot, as it is sent; null where the stack would refuse it.

const REASON_MAX = 200;

export function reasonOf(text: string): string | null {
  const reason = text.trim();
  return reason !== "" && reason.length <= REASON_MAX ? reason : null;
}

export function unitsOf(text: string): number | null {
  return /^\d{1,3}$/.test(text.trim()) ? Number(text) : null;
}
