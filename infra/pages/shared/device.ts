// What the pages need of the machine: a monotonic clock, sleep and chance. Tests hand in their own.

export interface Device {
  /** Seconds from an arbitrary start; never steps back. */
  monotonicS(): number;
  /** Rejects with an `AbortError` as soon as `signal` says so. */
  sleep(waitS: number, signal?: AbortSignal): Promise<void>;
  uniform(low: number, high: number): number;
}

export const DEVICE: Device = {
  monotonicS: () => performance.now() / 1000,
  sleep: (waitS, signal) =>
    new Promise((resolve, reject) => {
      const undone = () => {
        clearTimeout(timer);
        reject(aborted());
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", undone);
        resolve();
      }, waitS * 1000);
      if (signal?.aborted) undone();
      signal?.addEventListener("abort", undone, { once: true });
    }),
  uniform: (low, high) => low + Math.random() * (high - low),
};

export function aborted(): DOMException {
  return new DOMException("the person has changed their mind", "AbortError");
}
