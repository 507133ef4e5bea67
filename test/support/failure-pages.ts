/** What a page of a bridge's app gets when there is no answer, in both of its forms. */
import { expect } from 'vitest';
import { type ErrorCode, errorTexts } from '../../protocol/errors.js';

/** What is used of a page: that of either driver fits. */
interface EvaluatingPage {
  evaluate(run: typeof ask, path: string): Promise<Awaited<ReturnType<typeof ask>>>;
}

async function ask(url: string) {
  const [shown, read] = await Promise.all(
    ['text/html', 'application/json'].map((Accept) => fetch(url, { headers: { Accept } })),
  );
  return {
    statuses: [shown?.status, read?.status],
    retryAfter: shown?.headers.get('Retry-After'),
    type: shown?.headers.get('Content-Type'),
    html: await shown?.text(),
    json: await read?.json(),
  };
}

/** Both forms of a failure, as a page and as JSON. */
export const failures = (page: EvaluatingPage, path: string): ReturnType<typeof ask> => page.evaluate(ask, path);

export function expectFailure(seen: Awaited<ReturnType<typeof failures>>, status: number, code: ErrorCode): void {
  const { sentence, remedy } = errorTexts[code];
  expect(seen).toMatchObject({ statuses: [status, status], type: 'text/html; charset=utf-8' });
  expect(seen.json).toMatchObject({ code, sentence, remedy });
  for (const text of [code, sentence, remedy]) expect(seen.html).toContain(text);
}
