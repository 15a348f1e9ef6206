// Whether requests come through, by the requests themselves: `navigator.onLine` knows only whether there is a cable.

import { signal } from "@preact/signals";

export const connected = signal(true);

/** `fetch`, whose failures and successes `connected` follows. A request that the page gave up says nothing. */
export function watched(send: typeof fetch): typeof fetch {
  return async (...request) => {
    try {
      const response = await send(...request);
      connected.value = true;
      return response;
    } catch (error) {
      if ((error as Error).name !== "AbortError") connected.value = false;
      throw error;
    }
  };
}
