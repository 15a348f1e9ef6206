// The service worker keeps the shell. A new build is offered and never loaded by itself: a claim or a sale may be open.

import { computed, signal } from "@preact/signals";

const waiting = signal<ServiceWorker | null>(null);
const busy = signal<() => boolean>(() => false);
/** A new build is there, and nothing that it would interrupt is going on; `reloaded` loads it. */
export const newBuild = computed(() => waiting.value !== null && !busy.value());

/** Only the worker's own address passes; the headers of the pages allow no other policy. */
function trusted(address: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  return types ? types.createPolicy("season", { createScriptURL: only }).createScriptURL(address) : address;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (address: string) => string }): typeof rules;
}

function only(address: string): string {
  if (address !== "/sw.js") throw new TypeError(`no script of this page: ${address}`);
  return address;
}

/**
 * Once for a page, when it starts. A browser without workers, or one that refuses them, goes on without.
 *
 * While `isBusy`, which reads signals, no new build is offered: a claim, a sale, a code before a camera.
 */
export async function registered(isBusy: () => boolean = () => false): Promise<void> {
  busy.value = isBusy;
  if (!("serviceWorker" in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(trusted("/sw.js"));
    offered(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => worker.state === "installed" && offered(worker));
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) registration.update().catch(() => null);
    });
  } catch {
    // A private window, or no connection.
  }
}

/** The first worker of a page is no new build: the page is what it keeps. */
function offered(worker: ServiceWorker | null): void {
  if (!worker || !navigator.serviceWorker.controller) return;
  waiting.value = worker;
}

/** The page with the new build; called when a person asks for it. */
export function reloaded(): void {
  const loaded = () => {
    // What was begun since the press goes before.
    if (!busy.value()) location.reload();
  };
  navigator.serviceWorker.addEventListener("controllerchange", loaded);
  if (waiting.value?.state === "installed") waiting.value.postMessage("take-over");
  else loaded();
}
