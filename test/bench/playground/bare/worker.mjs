/** The engine behind a MessagePort that leads straight to the service worker: as short a way as Portside's own. */
import { boot } from '../engine.mjs';

async function answer(handler, { method, url, headers, body }) {
  const response = await handler.request({
    method,
    url,
    headers: Object.fromEntries(headers),
    ...(body && { body: new Uint8Array(body) }),
  });
  const { httpStatusCode: status, bytes } = response;
  const list = Object.entries(response.headers).flatMap(([name, values]) => values.map((value) => [name, value]));
  return { status, headers: list, bytes };
}

self.onmessage = async ({ data: base, ports: [port] }) => {
  const handler = await boot(base);
  port.onmessage = async ({ data }) => {
    const response = await answer(handler, data);
    port.postMessage({ id: data.id, ...response }, [response.bytes.buffer]);
  };
  postMessage('ready');
};
