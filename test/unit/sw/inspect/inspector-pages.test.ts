import { expect, test } from 'vitest';
import { BRIDGE_VERSION } from '../../../../protocol/bridge.js';
import { PortsideError } from '../../../../protocol/errors.js';
import type { UnreachedRequest } from '../../../../protocol/inspect.js';
import type { WorkerToPage } from '../../../../protocol/page.js';
import { InspectorPages } from '../../../../sw/inspect/inspector-pages.js';
import type { PageClient } from '../../../../sw/transport/link.js';

const scope = '/blog/';

class Page implements PageClient {
  readonly id: string;
  readonly url: string;
  readonly heard: WorkerToPage[] = [];

  constructor(path: string) {
    this.id = path;
    this.url = `https://example.org${path}`;
  }
  postMessage(message: WorkerToPage): void {
    this.heard.push(message);
  }
}

function setUp(pass: (port: MessagePort) => Promise<void> = () => Promise.resolve()) {
  const inspector = new Page(`${scope}.portside/inspect`);
  const others = [new Page(scope), new Page('/.portside/inspect'), new Page(`${scope}.portside/inspect/more`)];
  const pages = [inspector, ...others];
  const clients = {
    get: (id: string) => Promise.resolve(pages.find((page) => page.id === id)),
    all: () => Promise.resolve(pages),
  };
  return { inspector, others, bridge: new InspectorPages({ scope, clients, pass }) };
}

const unreached = (url: string): UnreachedRequest => ({
  method: 'GET',
  url,
  receivedAt: 1,
  endedAt: 2,
  status: 503,
  code: 'kernel-unreachable',
  detail: undefined,
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('requests that met no kernel are told to inspector pages alone, those of one turn together', async () => {
  const { inspector, others, bridge } = setUp();
  bridge.unreached(unreached('/a'));
  bridge.unreached(unreached('/b'));
  await turn();
  expect(inspector.heard).toEqual([
    { portside: 'unreached', base: scope, requests: [unreached('/a'), unreached('/b')] },
  ]);
  expect(others.flatMap(({ heard }) => heard)).toEqual([]);
});

test('a page that comes later is told of the last of them', async () => {
  const { inspector, bridge } = setUp();
  for (let index = 0; index < 150; index++) bridge.unreached(unreached(`/${index}`));
  await turn();
  inspector.heard.length = 0;
  await bridge.attach(inspector.id, BRIDGE_VERSION, new MessageChannel().port1);
  const [message] = inspector.heard;
  expect(message?.portside === 'unreached' && message.requests.map(({ url }) => url).at(0)).toBe('/50');
  expect(message?.portside === 'unreached' && message.requests).toHaveLength(100);
});

test('a port is passed on; where there is no kernel the page is told why', async () => {
  const passed: MessagePort[] = [];
  const { port1 } = new MessageChannel();
  const found = setUp((port) => Promise.resolve(void passed.push(port)));
  await found.bridge.attach(found.inspector.id, BRIDGE_VERSION, port1);
  expect(passed).toEqual([port1]);

  const missing = setUp(() => Promise.reject(new PortsideError('kernel-booting', 'Soon.')));
  await missing.bridge.attach(missing.inspector.id, BRIDGE_VERSION, port1);
  expect(missing.inspector.heard.at(-1)).toEqual({
    portside: 'not-inspected',
    base: scope,
    code: 'kernel-booting',
    detail: 'Soon.',
  });
});

test('a page of another version is refused', async () => {
  const { inspector, bridge } = setUp(() => Promise.reject(new Error('not to be asked')));
  await bridge.attach(inspector.id, BRIDGE_VERSION + 1, new MessageChannel().port1);
  expect(inspector.heard.at(-1)).toMatchObject({ portside: 'not-inspected', code: 'protocol-mismatch' });
});
