/* Keeps one page on the phone: the one that says that nothing was sent, and offers 112. Nothing else is kept. */
"use strict";
const NAME = "{{ name }}";
const KEPT = {{ kept | tojson }};

addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => clients.claim()));
});
addEventListener("fetch", (event) => {
  // Secret information is none of a worker's business.
  if (/^\/tips(\/|$)/.test(new URL(event.request.url).pathname)) return;
  const kept = () => caches.match(event.request.mode === "navigate" ? KEPT[0] : event.request);
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(kept));
  else if (event.request.method === "GET") event.respondWith(fetch(event.request).catch(async (error) => (await kept()) || Promise.reject(error)));
});
