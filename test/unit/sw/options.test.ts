import { describe, expect, test } from 'vitest';
import { type BridgeOptions, checkedOptions, outsideOf } from '../../../sw/options.js';

const routes = [{ base: '/blog/', port: 80 }];

test('what is left out has the defaults', () => {
  expect(checkedOptions({ routes }, '/app/')).toEqual({
    scope: '/app/',
    routes: [{ base: '/blog/', port: 80, escape: 'return', requestBodies: 'measured' }],
    headTimeout: 120_000,
    connectTimeout: 30_000,
    documentScript: true,
  });
});

/** As a script without types may call it. */
const untyped = (options: object): BridgeOptions => ({ routes, ...options });

describe('what is no option is a TypeError that says so', () => {
  test.each([
    [{ routes: undefined }, 'routes must be an array'],
    [{ routes: { base: '/blog/', port: 80 } }, 'routes must be an array'],
    [{ routes: [{ base: '/blog', port: 80 }] }, 'base must be a path that begins and ends with a slash, not "/blog"'],
    [{ routes: [{ port: 80 }] }, 'base must be a path that begins and ends with a slash, not undefined'],
    [{ routes: [{ base: '/my blog/', port: 80 }] }, 'base must be a path as URLs have it: /my%20blog/'],
    [{ routes: [{ base: '/a/../b/', port: 80 }] }, 'base must be a path as URLs have it: /b/'],
    [{ routes: [{ base: '/blog/?a/', port: 80 }] }, 'base must be a path as URLs have it: /blog/'],
    [{ routes: [...routes, ...routes] }, 'two routes have the base /blog/'],
    [{ routes: [{ base: '/app/.portside/x/', port: 80 }] }, '/app/.portside/ is reserved'],
    [{ routes: [{ base: '/blog/', port: '80' }] }, 'the port of /blog/ must be a number from 1 to 65535, not 80'],
    [{ routes: [{ base: '/blog/', port: 65_536 }] }, 'the port of /blog/'],
    [
      { routes: [{ base: '/blog/', port: 80, requestBodies: 'no' }] },
      "requestBodies of /blog/ must be 'measured' or 'streamed'",
    ],
    [{ routes: [{ base: '/blog/', port: 80, escape: 'no' }] }, "escape of /blog/ must be 'return' or 'leave'"],
    [{ scope: 'app/' }, 'scope must be a path'],
    [{ headTimeout: 0 }, 'headTimeout must be a number of milliseconds above 0, not 0'],
    [{ documentScript: 'no' }, 'documentScript must be true or false'],
    [{ connectTimeout: '5 s' }, 'connectTimeout must be a number of milliseconds'],
  ])('%j', (options, message) => {
    expect(() => checkedOptions(untyped(options), '/app/')).toThrow(TypeError);
    expect(() => checkedOptions(untyped(options), '/app/')).toThrow(message);
  });
});

test('folders that the worker’s scope does not hold are named', () => {
  expect(outsideOf('/', { routes })).toEqual([]);
  expect(outsideOf('/blog/', { routes, scope: '/blog/' })).toEqual([]);
  expect(outsideOf('/app/', { routes: [{ base: '/app/shop/', port: 80 }] })).toEqual([]);
  expect(outsideOf('/app/', { routes, scope: '/' })).toEqual(['/', '/blog/']);
});
