/** Relays what lies below /scope:bench/ to PHP's worker: one message with the request, one with the whole response. */
let port;
let lastId = 0;
const answers = new Map();

self.oninstall = () => skipWaiting();
self.onactivate = (event) => event.waitUntil(clients.claim());
self.onmessage = ({ ports: [given] }) => {
  port = given;
  port.onmessage = ({ data }) => {
    answers.get(data.id)(data);
    answers.delete(data.id);
  };
};
self.onfetch = (event) => {
  if (new URL(event.request.url).pathname.startsWith('/scope:bench/')) event.respondWith(relay(event.request));
};

async function relay(request) {
  const { method, url } = request;
  const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer();
  const id = ++lastId;
  const answered = new Promise((resolve) => answers.set(id, resolve));
  port.postMessage({ id, method, url, headers: [...request.headers], body }, body ? [body] : []);
  const { status, headers, bytes } = await answered;
  const bodiless = status === 204 || status === 304;
  return new Response(bodiless ? null : bytes, { status, headers });
}
