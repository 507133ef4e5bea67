/**
 * PHP as WordPress Playground runs it: its own engine, glue and request handler, files in memory; one instance that serves
 * one request after another.
 */
import { PHP, PHPRequestHandler, setPhpIniEntries } from '@php-wasm/universal';
import { loadWebRuntime } from '@php-wasm/web';

const DOCUMENT_ROOT = '/var/www/html';

/** What `playground.ts` laid one after another: the length of a JSON list of names and sizes, that list, and the bytes. */
async function writeFiles(php, image) {
  const bytes = new Uint8Array(await (await fetch(image)).arrayBuffer());
  const listLength = new DataView(bytes.buffer).getUint32(0);
  let at = 4 + listLength;
  for (const { path, size } of JSON.parse(new TextDecoder().decode(bytes.subarray(4, at)))) {
    const target = `${DOCUMENT_ROOT}/${path}`;
    php.mkdir(target.slice(0, target.lastIndexOf('/')));
    php.writeFile(target, bytes.subarray(at, at + size));
    at += size;
  }
}

/** Playground's sites lie below a path, which WordPress must know of. */
function moveWordpress(php, base) {
  const config = `${DOCUMENT_ROOT}/wp-config.php`;
  if (!php.fileExists(config)) return;
  const host = "$_SERVER['HTTP_HOST'] ?? 'localhost' )";
  const path = new URL(base).pathname.slice(0, -1);
  php.writeFile(config, php.readFileAsText(config).replace(host, `${host} . '${path}'`));
}

/** @returns its request handler, which serves what lies below `base` */
export async function boot(base) {
  const php = new PHP(await loadWebRuntime('8.2'));
  await setPhpIniEntries(php, { memory_limit: '256M', post_max_size: '64M', upload_max_filesize: '64M' });
  php.mkdir(DOCUMENT_ROOT);
  await writeFiles(php, '/image.bin');
  moveWordpress(php, base);
  return new PHPRequestHandler({
    php,
    documentRoot: DOCUMENT_ROOT,
    absoluteUrl: base,
    getFileNotFoundAction: () => ({ type: 'internal-redirect', uri: '/index.php' }),
  });
}
