/** The page from which a person takes a site out of this browser, in, or off this device. The service worker writes this script into it. */
import { managePath } from '../../protocol/archive.js';
import { errorTexts, PortsideError } from '../../protocol/errors.js';
import { inspectorPath } from '../../protocol/inspect.js';
import { exportPath, importSite, siteSize } from '../archive.js';
import { element } from '../inspect/dom.js';
import { bytesInWords } from '../inspect/words.js';
import { deleteSite } from '../sites/delete-site.js';
import { listSites, type SiteOnDevice } from '../sites/list-sites.js';
import { confirmed } from './confirm.js';
import { style } from './style.js';

const base = location.pathname.slice(0, -managePath('').length);
const heading = element('h1', {}, 'This site on this device');
const facts = element('dl');
/** Whoever does not see the page hears what has come of it. */
const notice = element('div', { class: 'notice', role: 'status', hidden: true });
const parts = element('div');
const others = element('section', { hidden: true, 'aria-labelledby': 'others' });

function say(...lines: readonly (string | Node)[]): void {
  delete notice.dataset.bad;
  notice.replaceChildren(...lines.map((line) => element('p', {}, line)));
  notice.hidden = false;
}

function sayFailure(error: unknown): void {
  const known = error instanceof PortsideError ? error : new PortsideError('unexpected-failure', String(error));
  say(known.message, errorTexts[known.code].remedy, element('code', {}, known.code));
  notice.dataset.bad = '';
}

const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

async function showFacts(site: SiteOnDevice): Promise<void> {
  const rows: (readonly [string, string])[] = site.name === undefined ? [] : [['Name', site.name]];
  try {
    const { files, bytes } = await siteSize({ base });
    rows.push(['Files', `${counted(files, 'file', 'files')}, ${bytesInWords(bytes)}`]);
    if (notice.dataset.bad !== undefined) notice.hidden = true;
  } catch (error) {
    sayFailure(error);
    notice.append(
      element('p', {}, element('a', { href: base, target: '_blank' }, 'Open the site'), ', then come back here.'),
    );
  }
  const { usage } = await navigator.storage.estimate();
  if (usage !== undefined) rows.push(['Stored by this address', bytesInWords(usage)]);
  facts.replaceChildren(...rows.flatMap(([term, text]) => [element('dt', {}, term), element('dd', {}, text)]));
}

function takeOut({ documentRoot }: SiteOnDevice): HTMLElement {
  const links = element('div', { class: 'row' });
  if (documentRoot !== undefined) {
    const href = exportPath({ base, path: documentRoot });
    links.append(element('a', { class: 'button', href, id: 'export-root' }, 'Export the document root'));
  }
  links.append(
    element('a', { class: 'button', href: exportPath({ base }), id: 'export-all' }, 'Export the whole site'),
  );
  return element(
    'section',
    { 'aria-labelledby': 'take-out' },
    element('h2', { id: 'take-out' }, 'Take it out'),
    element(
      'p',
      { class: 'quiet' },
      'As a .tar file. The document root runs on any PHP host; the whole site is for importing, and for portside pack --from.',
    ),
    links,
  );
}

function putIn(site: SiteOnDevice): HTMLElement {
  const file = element('input', { type: 'file', required: true, accept: '.tar,.tar.gz,.tgz', id: 'archive' });
  const target = element('select', { id: 'target' });
  if (site.documentRoot !== undefined)
    target.append(element('option', { value: site.documentRoot }, `the document root, ${site.documentRoot}`));
  target.append(element('option', { value: '/' }, 'the whole site, /'));
  const replace = element('input', { type: 'checkbox', id: 'replace' });
  const button = element('button', { type: 'submit' }, 'Import …');
  const form = element(
    'form',
    {},
    element('label', {}, 'Archive, .tar or .tar.gz', file),
    element('label', {}, 'Unpack into', target),
    element('label', { class: 'check' }, replace, 'Remove files that are not in the archive'),
    button,
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const [archive] = file.files ?? [];
    if (archive) void take(archive, target.value, replace.checked, button, site);
  });
  return element(
    'section',
    { 'aria-labelledby': 'put-in' },
    element('h2', { id: 'put-in' }, 'Put it in'),
    element(
      'p',
      { class: 'quiet' },
      'The archive is checked as a whole first. If anything is wrong with it, nothing changes.',
    ),
    form,
  );
}

async function take(
  archive: File,
  path: string,
  replace: boolean,
  button: HTMLButtonElement,
  site: SiteOnDevice,
): Promise<void> {
  const loss = replace
    ? `Files of the same name are replaced, and all others below ${path} are removed.`
    : 'Files of the same name are replaced.';
  const text = `${archive.name}, ${bytesInWords(archive.size)}, goes into ${path}. ${loss} This cannot be undone: export first what you want to keep.`;
  if (!(await confirmed({ title: 'Import this archive?', text, yes: 'Import' }))) return;
  button.disabled = true;
  say('Importing …');
  try {
    const { files, bytes, removed, skipped } = await importSite({ base, path, archive, replace });
    const gone = removed > 0 ? ` ${counted(removed, 'name was', 'names were')} removed.` : '';
    const over = skipped > 0 ? ` ${counted(skipped, 'entry', 'entries')} of the machine's own passed over.` : '';
    say(`Imported ${counted(files, 'file', 'files')}, ${bytesInWords(bytes)}.${gone}${over}`);
    await showFacts(site);
  } catch (error) {
    sayFailure(error);
  }
  button.disabled = false;
}

function deletion(site: SiteOnDevice): HTMLElement {
  const button = element('button', { type: 'button', class: 'danger', id: 'delete' }, 'Delete this site …');
  button.addEventListener('click', () => void remove(site));
  return element(
    'section',
    { 'aria-labelledby': 'deletion' },
    element('h2', { id: 'deletion' }, 'Delete it'),
    element('p', { class: 'quiet' }, 'From this browser: files, cookies and everything that was downloaded for it.'),
    button,
  );
}

async function remove(site: SiteOnDevice): Promise<void> {
  const title = `Delete ${site.name ?? `the site at ${base}`}?`;
  const text =
    'What was written in this site is gone for good, and its open tabs stop. Export it first if you want to keep it.';
  if (!(await confirmed({ title, text, yes: 'Delete' }))) return;
  try {
    await deleteSite(base);
    parts.replaceChildren();
    facts.replaceChildren();
    say('The site was deleted from this device.', element('a', { href: base }, 'Download it anew'));
  } catch (error) {
    sayFailure(error);
  }
}

function showOthers(sites: readonly SiteOnDevice[]): void {
  others.hidden = sites.length === 0;
  const rows = sites.map(({ base: at, name, running }) => {
    const link = element('a', { href: managePath(at) }, name ?? at);
    return element('li', {}, link, element('span', { class: 'quiet' }, ` ${at}${running ? ', open in a tab' : ''}`));
  });
  others.replaceChildren(element('h2', { id: 'others' }, 'Other sites of this address'), element('ul', {}, ...rows));
}

async function begin(): Promise<void> {
  const sites = await listSites();
  const site = sites.find((one) => one.base === base) ?? { base, running: false };
  if (site.name !== undefined) document.title = `${site.name} on this device`;
  parts.replaceChildren(takeOut(site), putIn(site), deletion(site));
  showOthers(sites.filter((one) => one !== site));
  addEventListener('visibilitychange', () => {
    if (!document.hidden && notice.dataset.bad !== undefined) void showFacts(site);
  });
  await showFacts(site);
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [sheet];
document.body.append(
  element(
    'main',
    {},
    heading,
    element(
      'p',
      { class: 'place' },
      `${location.host}${base} · `,
      element('a', { href: base }, 'open'),
      ' · ',
      element('a', { href: inspectorPath(base) }, 'inspector'),
    ),
    element('section', { 'aria-label': 'What there is' }, facts),
    notice,
    parts,
    others,
  ),
);
begin().catch(sayFailure);
