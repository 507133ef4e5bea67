/** The stub kernel's answers from an ordinary server: what a browser makes of them without anything of ours between. */
import { createServer } from 'node:http';
import type { HeaderList } from '../../protocol/bridge.js';
import { answerTo } from './stub-answers.js';
import { listening, type StubHost } from './stub-host.js';

export async function serveStubAnswers(): Promise<StubHost> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const target = request.url ?? '/';
    asked.push(target);
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = request.rawHeaders;
    const headers: HeaderList = Array.from({ length: raw.length / 2 }, (_, i) => [
      raw[2 * i] ?? '',
      raw[2 * i + 1] ?? '',
    ]);
    const answer = await answerTo({
      port: 80,
      method: request.method ?? 'GET',
      target,
      headers,
      body: chunks.length > 0 ? new Uint8Array(Buffer.concat(chunks)) : null,
      declaredLength: undefined,
      cancelled: [],
    });
    if (answer === 'silence') return;
    const { status = 200, statusText = '', headers: fields = [], body } = answer;
    const all = new Map<string, string[]>();
    for (const [name, value] of fields) all.set(name, [...(all.get(name) ?? []), value]);
    for (const [name, values] of all) response.setHeader(name, values);
    response.sendDate = false;
    response.writeHead(status, statusText);
    if (body instanceof Uint8Array || body === undefined) {
      response.end(body);
      return;
    }
    for await (const chunk of body) response.write(chunk);
    response.end();
  });
  return listening(server, asked);
}
