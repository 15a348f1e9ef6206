// The screen stays on while something must not be missed. A browser that cannot do it lets it go dark.

interface Lock {
  release(): Promise<void>;
}
type Locks = { wakeLock?: { request(kind: "screen"): Promise<Lock> } };

/** Returns how to let it go dark again. A hidden page loses the lock, so it is asked for again when it is shown. */
export function awake(): () => void {
  const locks = (navigator as Locks).wakeLock;
  let lock: Lock | null = null;
  let over = false;
  const ask = () => {
    if (document.visibilityState !== "visible" || over) return;
    locks?.request("screen").then(
      (given) => (over ? void given.release() : (lock = given)),
      () => null,
    );
  };
  ask();
  document.addEventListener("visibilitychange", ask);
  return () => {
    over = true;
    document.removeEventListener("visibilitychange", ask);
    void lock?.release();
  };
}
