/** What a machine consists of: its processes and its sockets. Filled from snapshots. */
import type { ConnectionReport, FromInspected, ListenerReport, ProcessReport } from '../../../protocol/inspect.js';
import { element, SimpleTable } from '../dom.js';
import { bytesInWords, timeInWords } from '../words.js';

export type Snapshot = Extract<FromInspected, { readonly type: 'snapshot' }>;

const count = (value: number): string => value.toLocaleString('en');

export class ProcessesView {
  readonly #memory = element('p', { class: 'fact' });
  readonly #table = new SimpleTable<ProcessReport>(
    'Processes',
    [
      { name: 'PID', text: ({ pid }) => String(pid) },
      { name: 'Parent', text: ({ parent }) => (parent === 0 ? 'host' : String(parent)) },
      { name: 'Command', wide: true, text: ({ name, arguments: [, ...rest] }) => [name, ...rest].join(' ') },
      { name: 'State', text: ({ state }) => state },
      { name: 'Started', text: ({ startedAt }) => timeInWords(startedAt).slice(0, 8) },
      { name: 'System calls', numeric: true, text: ({ calls }) => count(calls) },
      { name: 'Crossings', numeric: true, text: ({ crossings }) => count(crossings) },
      { name: 'Descriptors', numeric: true, text: ({ descriptors }) => String(descriptors) },
    ],
    'No process runs.',
  );
  readonly root = element(
    'div',
    { role: 'tabpanel' },
    element('div', { class: 'panel' }, this.#memory, this.#table.root),
  );

  show({ processes, memory }: Snapshot): void {
    this.#memory.textContent = `The kernel’s memory is ${bytesInWords(memory)}: file system, pipes and connections, without that of the programs. Of a program’s system calls, crossings are those that its own thread could not answer.`;
    this.#table.show(processes);
  }
}

export class SocketsView {
  readonly #listeners = new SimpleTable<ListenerReport>(
    'Listening',
    [
      { name: 'Address', text: ({ address }) => address },
      { name: 'Processes', text: ({ pids }) => pids.join(', ') },
      { name: 'Waiting', numeric: true, text: ({ pending }) => String(pending) },
      { name: 'Backlog', numeric: true, text: ({ backlog }) => String(backlog) },
    ],
    'Nothing listens.',
  );
  readonly #connections = new SimpleTable<ConnectionReport>(
    'Connections',
    [
      { name: 'PID', text: ({ pid }) => String(pid) },
      { name: 'Descriptor', numeric: true, text: ({ fd }) => String(fd) },
      { name: 'Local', text: ({ local }) => local },
      { name: 'Remote', text: ({ remote }) => remote || 'unnamed' },
      { name: 'State', text: ({ state }) => state },
      { name: 'Unread', numeric: true, text: ({ unread }) => bytesInWords(unread) },
    ],
    'No connection is open.',
  );
  readonly root = element(
    'div',
    { role: 'tabpanel' },
    element('div', { class: 'panel' }, this.#listeners.root, this.#connections.root),
  );

  show({ listeners, connections }: Snapshot): void {
    this.#listeners.show(listeners);
    this.#connections.show(connections);
  }
}
