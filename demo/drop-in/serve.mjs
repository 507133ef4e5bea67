/**
 * Serves the built shop, as `portside serve` does with a packed site: the host sends no headers for Portside.
 *
 *     node demo/drop-in/serve.mjs DIR [--port N]
 */
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

register();
const { createStaticServer } = await import('../../cli/serve/static-server.ts');
const { listen } = await import('../../cli/serve.ts');

const { values, positionals } = parseArgs({
  options: { port: { type: 'string', default: '8080' } },
  allowPositionals: true,
});
const server = createStaticServer({ folder: positionals[0], base: '/' });
const port = await listen(server, '127.0.0.1', Number(values.port));
console.log(`portside: serving http://127.0.0.1:${port}/`);
