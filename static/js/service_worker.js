// Shows the offline page while the server can't be reached, and does nothing else: pages are never kept,
// and media, streams and fragments do not pass here. The server puts FILES, OFFLINE and CACHE in front.
self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([OFFLINE, ...FILES])));
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    // The page is asked for while this script starts.
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

async function file(request) {
  return (await caches.match(request.url)) ?? fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { pathname, search } = new URL(url);
  if (method !== 'GET') return;
  // A file that is opened or downloaded is no page.
  if (mode === 'navigate' && !/^\/(video|stream|static|thumbnails|headset)\//.test(pathname)) event.respondWith(page(event));
  else if (FILES.includes(pathname + search)) event.respondWith(file(event.request));
});
