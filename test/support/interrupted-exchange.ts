/** An exchange whose service worker is stopped after each of its messages in turn, and what must hold then in every engine. */
import { expect } from 'vitest';

/** Of what a page's script sees. */
type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly code: string | null; readonly length: number }
  /** The body broke off after its head. */
  | { readonly kind: 'broken body'; readonly status: number }
  | { readonly kind: 'no answer'; readonly error: string };

interface Plan {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly upload?: number;
}

/** In a page of `gated-page.ts`: makes the request, and holds the bridge after so many messages; the name of the last, or nothing when it took fewer. */
export async function begin([{ method, path, upload }, messages]: readonly [Plan, number]): Promise<
  string | undefined
> {
  window.tellKernel({ type: 'hold-after', messages });
  const held = window.fromKernel('held');
  const body = upload === undefined ? null : new Blob([new Uint8Array(upload)]);
  const outcome = (async (): Promise<Outcome> => {
    let status = 0;
    try {
      const response = await fetch(path, { method, body });
      ({ status } = response);
      const { byteLength } = await response.arrayBuffer();
      return { kind: 'answer', status, code: response.headers.get('X-Portside-Error'), length: byteLength };
    } catch (error) {
      return status === 0 ? { kind: 'no answer', error: String(error) } : { kind: 'broken body', status };
    }
  })();
  Object.assign(window, { outcome });
  return Promise.race([held.then(({ after }) => after), outcome.then(() => undefined)]);
}

/** In the page: lets the bridge go on. */
export async function end(): Promise<Outcome> {
  window.tellKernel({ type: 'let-go' });
  return (window as unknown as { outcome: Promise<Outcome> }).outcome;
}

/** In the page: the kernel's counters, once nothing is open in it. */
export async function settled() {
  for (;;) {
    const state = window.fromKernel('state');
    window.tellKernel({ type: 'state' });
    const seen = await state;
    if (seen.open === 0 && seen.connections === 0) return seen;
  }
}

/** More than the window of a body holds: credits are among the messages. */
const LARGE = 2_300_000;

/** Name, request, and bytes of its answer behind the line that tells of it. */
export const EXCHANGES: readonly (readonly [name: string, plan: Plan, size: number])[] = [
  ['GET', { method: 'GET', path: '/small' }, 0],
  ['GET of a large body', { method: 'GET', path: `/large?size=${LARGE}` }, LARGE],
  ['POST', { method: 'POST', path: '/form', upload: 100 }, 0],
  ['POST of a large body', { method: 'POST', path: '/upload', upload: LARGE }, 0],
  ['POST with a large answer', { method: 'POST', path: `/report?size=${LARGE}`, upload: 10 }, LARGE],
];

const documentOf = ({ method }: Plan, path: string): number => `<!doctype html><h1>${method} ${path}</h1>`.length;

/** The three above, run in the page. */
export interface InterruptedPage {
  begin(plan: Plan, messages: number): Promise<string | undefined>;
  end(): Promise<Outcome>;
  settled(): Promise<{ readonly executions: Readonly<Record<string, number>> }>;
  stopWorker(): Promise<unknown>;
  /** The browser asks a new worker for what the stopped one was at. Where it does not, it fails a fetch, or ends its body short. */
  readonly asksAgain: boolean;
}

/** Answered or told of, never twice carried out, never left hanging. */
export async function interruptEverywhere(page: InterruptedPage, plan: Plan, size: number): Promise<void> {
  for (let messages = 1; ; messages++) {
    const path = `${plan.path}${plan.path.includes('?') ? '&' : '?'}${messages}`;
    // Cold, so that the greeting is among the messages.
    await page.stopWorker();
    const after = await page.begin({ ...plan, path }, messages);
    if (after !== undefined) await page.stopWorker();
    const outcome = await page.end();
    const { executions } = await page.settled();
    const count = executions[`${plan.method} ${path}`] ?? 0;
    const length = documentOf(plan, path) + size;
    const at = { after, outcome, count };
    if (outcome.kind === 'answer' && outcome.status === 200) {
      if (page.asksAgain) expect(at).toMatchObject({ outcome: { length } });
      else expect(outcome.length).toBeLessThanOrEqual(length);
    } else if (outcome.kind === 'answer') {
      expect(at).toMatchObject({ outcome: { status: 502, code: 'worker-stopped' } });
      expect({ ...at, method: plan.method }).toMatchObject({ method: 'POST', count: 1 });
    } else if (page.asksAgain) expect(at).toMatchObject({ outcome: { kind: 'broken body', status: 200 } });
    if (plan.method === 'POST') expect(count).toBeLessThanOrEqual(1);
    if (after === undefined) {
      expect(at).toMatchObject({ outcome: { kind: 'answer', status: 200, length }, count: 1 });
      expect(messages).toBeGreaterThan(4);
      return;
    }
  }
}
