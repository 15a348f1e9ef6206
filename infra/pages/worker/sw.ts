// The service worker of all applications: it keeps their shell, so that a page opens without a connection. The page
// itself is asked for first, assets never change and come from the cache first. It never answers for the API.

export {};
declare const self: ServiceWorkerGlobalScope;

/** Of each application the paths of its page, and what it loads; the build writes it, so each build is another worker. */
declare const SHELLS: { paths: string[]; assets: string[] }[];
/** All of this build, also those that are loaded later. */
declare const ASSETS: string[];

const CACHE = "season-shell";
const CONFIG = "/config.json";
/** A network that is this slow has lost against the page that is kept. */
const PATIENCE_MS = 4_000;

self.addEventListener("install", (event) => event.waitUntil(installed()));
self.addEventListener("activate", (event) => event.waitUntil(activated()));
self.addEventListener("message", (event) => {
  if (event.data === "take-over") void self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(cacheFirst(event.request));
  else if (pathname === CONFIG) event.respondWith(networkFirst(CONFIG, event.request));
  else if (mode === "navigate" && shellOf(pathname)) event.respondWith(networkFirst(shellOf(pathname)!.paths[0]!, event.request));
});

function shellOf(path: string) {
  return SHELLS.find(({ paths }) => paths.includes(path));
}

/** The shells of the applications that are open, or were kept before, are kept in this build. */
async function installed(): Promise<void> {
  const cache = await caches.open(CACHE);
  const open = (await self.clients.matchAll({ type: "window", includeUncontrolled: true })).map(({ url }) => new URL(url).pathname);
  const before = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  for (const { paths, assets } of SHELLS) {
    if (!paths.some((path) => open.includes(path) || before.includes(path))) continue;
    const missing = assets.filter((path) => !before.includes(path));
    await cache.addAll([...missing, ...[paths[0]!, CONFIG].map((path) => new Request(path, { cache: "no-cache" }))]);
  }
}

/** Assets of other builds are gone, and pages that are open have this worker. */
async function activated(): Promise<void> {
  const cache = await caches.open(CACHE);
  const current = [...ASSETS, CONFIG, ...SHELLS.flatMap(({ paths }) => paths)];
  for (const request of await cache.keys()) if (!current.includes(new URL(request.url).pathname)) await cache.delete(request);
  await self.clients.claim();
}

async function cacheFirst(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await kept(cache, request, answer);
  return answer;
}

/** A page is kept with its assets when a build is installed, so that both are of one build; here only if there is none. */
async function networkFirst(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(path);
  const asked = fetch(request).then(async (answer) => {
    if (answer.ok && !answer.redirected && (!found || path === CONFIG)) await kept(cache, path, answer);
    return answer.ok ? answer : (found ?? answer);
  });
  if (!found) return asked;
  const tired = new Promise<Response>((resolve) => setTimeout(resolve, PATIENCE_MS, found));
  return Promise.race([asked.catch(() => found), tired]);
}

/** A device without room keeps nothing, and the page gets its answer all the same. */
async function kept(cache: Cache, request: RequestInfo, answer: Response): Promise<void> {
  await cache.put(request, answer.clone()).catch(() => null);
}
