import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { BridgeServers } from '../../../kernel-host/http/bridge-servers.js';
import { BRIDGE_VERSION, type ToKernel } from '../../../protocol/bridge.js';
import { FakeNetwork } from './support/fake-network.js';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Hands a port over and resolves with the other end once the kernel has answered the hello. */
async function connect(servers: BridgeServers, worker?: string): Promise<MessagePort> {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  servers.connect(port2);
  const answered = new Promise((resolve) => port1.once('message', resolve));
  const hello: ToKernel = { type: 'hello', version: BRIDGE_VERSION, ...(worker !== undefined && { worker }) };
  port1.postMessage(hello);
  await answered;
  return port1;
}

const closed = (port: MessagePort) => new Promise((resolve) => port.once('close', () => resolve(undefined)));

it('closes the ports of a service worker that was started anew, and no others', async () => {
  const servers = new BridgeServers(new FakeNetwork(() => {}));
  await connect(servers);
  const dead = [await connect(servers, 'first life'), await connect(servers, 'first life')].map(closed);
  expect(servers.size).toBe(3);
  await connect(servers, 'second life');
  await Promise.all(dead);
  expect(servers.size).toBe(2);
});

it('forgets a port whose owner says bye', async () => {
  const servers = new BridgeServers(new FakeNetwork(() => {}));
  const port = await connect(servers, 'life');
  const gone = closed(port);
  port.postMessage({ type: 'bye' } satisfies ToKernel);
  await gone;
  expect(servers.size).toBe(0);
});
