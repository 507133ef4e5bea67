/** The inspector: a page of its own that shows what a kernel in another tab does. The service worker writes this script into it. */
import { managePath } from '../../protocol/archive.js';
import { type FromInspected, inspectorPath } from '../../protocol/inspect.js';
import { element } from './dom.js';
import { KernelWatch } from './kernel-watch.js';
import { RequestList } from './request-list.js';
import { style } from './style.js';
import { ProcessesView, type Snapshot, SocketsView } from './view/machine-views.js';
import { OutputView } from './view/output-view.js';
import { RequestsView } from './view/requests-view.js';
import { StateView } from './view/state-view.js';
import { Tabs } from './view/tabs.js';

type Changes = Extract<FromInspected, { readonly type: 'changes' }>;

/** Between two snapshots of processes and sockets, in milliseconds, while somebody looks at them. */
const SNAPSHOT_INTERVAL = 1000;

const now = (): number => performance.timeOrigin + performance.now();
const base = location.pathname.slice(0, -inspectorPath('').length);

const list = new RequestList();
const state = new StateView();
const output = new OutputView();
const processes = new ProcessesView();
const sockets = new SocketsView();
const requests = new RequestsView({ list, now, paused: setPaused });

let paused = false;
/** What came while the page was paused: the kernel sends no more than it was asked for before. */
const held: Changes[] = [];
/** A message has come that is not to be seen yet. */
let shown = true;

const watch = new KernelWatch({
  base,
  container: navigator.serviceWorker,
  entered: (entered) => {
    state.enter(entered);
    if (entered.kind === 'watching') askForSnapshot();
    if (entered.kind !== 'absent') return;
    list.kernelGone(now());
    showSoon();
  },
  received: (message) => {
    if (message.type === 'snapshot') showSnapshot(message);
    else if (paused) held.push(message);
    else showChanges(message);
  },
  unreached: (unreached) => {
    list.unreached(unreached);
    showSoon();
  },
});

function showSnapshot(snapshot: Snapshot): void {
  processes.show(snapshot);
  sockets.show(snapshot);
  tabs.count(processes.root, snapshot.processes.length);
  tabs.count(sockets.root, snapshot.listeners.length + snapshot.connections.length);
}

function showChanges({ requests: reports, output: pieces, whole }: Changes): void {
  list.report(reports, whole);
  output.add(pieces, whole);
  showSoon();
}

/** With the next frame, and only then for more: a page that nobody sees has no frames, and is sent nothing. */
function showSoon(): void {
  if (!shown) return;
  shown = false;
  requestAnimationFrame(() => {
    shown = true;
    requests.show();
    tabs.count(requests.root, list.size);
    if (!paused) watch.more();
  });
}

function setPaused(value: boolean): void {
  paused = value;
  state.pause(paused);
  if (paused) return;
  for (const changes of held.splice(0)) showChanges(changes);
  watch.more();
}

let chosen: HTMLElement = requests.root;
let snapshots: ReturnType<typeof setInterval> | undefined;

function askForSnapshot(): void {
  watch.snapshot();
  clearInterval(snapshots);
  snapshots = undefined;
  const looksAtMachine = chosen === processes.root || chosen === sockets.root;
  if (looksAtMachine && !document.hidden) snapshots = setInterval(() => watch.snapshot(), SNAPSHOT_INTERVAL);
}

const tabs = new Tabs(
  [
    { name: 'Requests', panel: requests.root },
    { name: 'Processes', panel: processes.root },
    { name: 'Sockets', panel: sockets.root },
    { name: 'Output', panel: output.root },
  ],
  ({ panel }) => {
    chosen = panel;
    askForSnapshot();
  },
);

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [sheet];
document.title = `Inspector: ${location.host}${base}`;
document.body.append(
  element(
    'header',
    {},
    element('h1', {}, 'Inspector'),
    element('span', { class: 'place' }, location.host + base),
    element('a', { href: managePath(base) }, 'This site on this device'),
    state.state,
  ),
  tabs.root,
  state.notice,
  requests.root,
  processes.root,
  sockets.root,
  output.root,
);
tabs.choose(0);
requests.show();
output.add([], true);

addEventListener('visibilitychange', askForSnapshot);
addEventListener('pagehide', () => watch.leave());
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) void watch.look();
});
void watch.look();
