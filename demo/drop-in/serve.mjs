/**
 * Serves the built shop, as `portside serve` does with a packed site: the host sends no headers for Portside, unless it is told to isolate its
 * pages, which Firefox and Safari need before they give a page shared memory.
 *
 *     node demo/drop-in/serve.mjs DIR [--port N] [--isolated]
 */
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

register();
const { createStaticServer } = await import('../../cli/serve/static-server.ts');
const { listen } = await import('../../cli/serve.ts');

const { values, positionals } = parseArgs({
  options: { port: { type: 'string', default: '8080' }, isolated: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const server = createStaticServer({ folder: positionals[0], base: '/' });
server.prependListener('request', (_, response) => {
  if (!values.isolated) return;
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
});
const port = await listen(server, '127.0.0.1', Number(values.port));
console.log(`portside: serving http://127.0.0.1:${port}/`);
