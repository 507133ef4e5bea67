/**
 * `npm run bench`: measures Portside beside the floors that the browser sets and beside its peers, in one run, in turns. Prints a
 * table and writes `bench.json`. Needs `npm run build`.
 *
 *     npm run bench [-- --only fetches,boot]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Chromium } from './chromium.js';
import { describeEnvironment, describeLoad } from './environment.js';
import { Figures, table } from './figures.js';
import { PARTS, runPart } from './parts.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const names = values.only?.split(',') ?? Object.keys(PARTS);
const unknown = names.filter((name) => !(name in PARTS));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}: the parts are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}

const figures = new Figures();
const directory = join(root, 'out/bench');
await mkdir(directory, { recursive: true });
const chromium = await Chromium.launch();
const environment = describeEnvironment(await chromium.version());
try {
  for (const [name, part] of Object.entries(PARTS)) {
    if (!names.includes(name)) continue;
    const begun = performance.now();
    console.error(`${name} …`);
    await runPart(part, { chromium, directory, figures }).catch((error: unknown) => {
      process.exitCode = 1;
      figures.note(`The part ${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
    });
    console.error(`${name}: ${Math.round((performance.now() - begun) / 1000)} s`);
  }
} finally {
  await chromium.close();
  figures.note(`Load of the machine at the end: ${describeLoad()}`);
  await writeFile(
    join(root, 'bench.json'),
    `${JSON.stringify({ environment, figures: figures.all, notes: figures.notes }, null, 2)}\n`,
  );
}
console.log(
  Object.entries(environment)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n'),
);
console.log(`\n${table(figures.all)}`);
for (const note of figures.notes) console.log(`\n${note}`);
