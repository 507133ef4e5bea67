/**
 * Sends the same requests to two servers and says, page by page, where the answers differ. One is native PHP; the
 * other may be anything that answers HTTP: a second native one, the kernel under Node, the service worker.
 */
import { structuredPatch } from 'diff';
import { CookieJar } from 'tough-cookie';
import type { HeaderList } from '../../protocol/bridge.js';
import { type Fetcher, headerValues, type PageRequest } from './compare-exchange.js';
import { type Habitat, type NormaliseOptions, type Transcript, transcript } from './compare-normalise.js';

/** One thing that is compared: a few requests in turn, with cookies kept between them. */
export interface PageCase {
  readonly name: string;
  readonly steps: readonly PageRequest[];
  /** Differences that are right, each with its reason. */
  readonly mayDiffer?: readonly { readonly line: RegExp; readonly because: string }[];
  /** Why the body is not compared, where it is not. */
  readonly bodyIgnored?: string;
}

export interface Side {
  readonly name: string;
  readonly fetch: Fetcher;
  readonly habitat: Habitat;
}

export interface CompareOptions {
  /** Lower-case names of headers left out on both sides. */
  readonly withoutHeaders?: ReadonlySet<string>;
}

export interface PageDifference {
  readonly case: string;
  /** Index of the step, from 0. */
  readonly step: number;
  /** `GET /path`. */
  readonly request: string;
  /** A unified diff of the two transcripts, or what failed. */
  readonly text: string;
}

/** Yields a difference for each step whose answers differ; a case goes on after one, its later steps may tell more. */
export async function* comparePages(
  cases: Iterable<PageCase>,
  left: Side,
  right: Side,
  options: CompareOptions = {},
): AsyncGenerator<PageDifference> {
  for (const pageCase of cases) {
    const clients = [client(left, pageCase, options), client(right, pageCase, options)] as const;
    for (const [step, request] of pageCase.steps.entries()) {
      const named = { case: pageCase.name, step, request: `${request.method} ${shortened(request.path)}` };
      const [a, b] = await Promise.all(clients.map((send) => send(request)));
      const text = difference(left.name, right.name, a, b);
      if (text !== undefined) yield { ...named, text };
    }
  }
}

/** All differences as a person reads them; the empty string if there is none. */
export async function differenceReport(differences: AsyncIterable<PageDifference>): Promise<string> {
  let report = '';
  for await (const { case: name, step, request, text } of differences) {
    report += `── ${name}, step ${step + 1}: ${request}\n${text}\n`;
  }
  return report;
}

type Answer = Transcript | { readonly failure: string };

/** Sends on behalf of one visitor of one side. */
function client(
  side: Side,
  pageCase: PageCase,
  { withoutHeaders }: CompareOptions,
): (request: PageRequest) => Promise<Answer> {
  const jar = new CookieJar(undefined, { rejectPublicSuffixes: false });
  const origin = `http://${side.habitat.host}`;
  const normalise: NormaliseOptions = {
    ...(withoutHeaders && { withoutHeaders }),
    mayDiffer: (pageCase.mayDiffer ?? []).map(({ line }) => line),
    body: pageCase.bodyIgnored === undefined ? 'compared' : 'ignored',
  };
  return async (request) => {
    const url = origin + request.path;
    const cookie = await jar.getCookieString(url);
    const headers: HeaderList = [...(request.headers ?? []), ...(cookie === '' ? [] : [['Cookie', cookie] as const])];
    try {
      const response = await side.fetch({
        ...request,
        headers: headers.map(([name, value]) => [name, at(side, value)]),
        path: at(side, request.path),
      });
      for (const line of headerValues(response.headers, 'set-cookie')) {
        await jar.setCookie(line, url, { ignoreError: true });
      }
      return await transcript(response, side.habitat, normalise);
    } catch (error) {
      return { failure: error instanceof Error ? error.message : String(error) };
    }
  };
}

/** Requests name their own server by `{host}` and `{port}`. */
function at({ habitat }: Side, text: string): string {
  return text.replaceAll('{host}', habitat.host).replaceAll('{port}', String(habitat.port));
}

function difference(nameA: string, nameB: string, a: Answer | undefined, b: Answer | undefined): string | undefined {
  const [textA, textB] = [lines(a), lines(b)];
  // Two failures agree only in that nobody answered: that is no comparison.
  if (textA === textB && a && !('failure' in a)) return undefined;
  const patch = structuredPatch(nameA, nameB, textA, textB, undefined, undefined, { context: 1 });
  const hunks = patch.hunks.map(({ lines: hunk }) => hunk.map(shortened).join('\n')).join('\n …\n');
  return `--- ${nameA}\n+++ ${nameB}\n${hunks || textA}\n`;
}

function lines(answer: Answer | undefined): string {
  if (answer === undefined) return '';
  return 'failure' in answer
    ? `<no answer: ${answer.failure}>\n`
    : `${[...answer.head, '', ...answer.body].join('\n')}\n`;
}

/** A line of a report is read by people; where a very long one differs is in the digest of its page. */
function shortened(line: string): string {
  return line.length <= 400 ? line : `${line.slice(0, 380)}… (${line.length} characters)`;
}
