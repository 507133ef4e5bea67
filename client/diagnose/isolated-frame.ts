/** Whether a kernel could run in a frame that isolates itself (Document-Isolation-Policy), as it does where the page is not isolated. */
import { type FromKernelFrame, kernelFramePath } from '../../protocol/kernel-frame.js';
import type { DiagnosisFacts } from './facts.js';
import { inTime } from './probes.js';

/** Shows the frame's document for a moment; nothing is started in it. */
export async function tryIsolatedFrame(base: string): Promise<DiagnosisFacts['isolatedFrame']> {
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = kernelFramePath(base);
  const done = new AbortController();
  const answer = new Promise<DiagnosisFacts['isolatedFrame']>((resolve) => {
    addEventListener(
      'message',
      ({ source, origin, data }: MessageEvent<unknown>) => {
        if (source !== frame.contentWindow || origin !== location.origin || !isGreeting(data)) return;
        resolve(data.isolated ? 'isolated' : 'not isolated');
      },
      { signal: done.signal },
    );
  });
  document.documentElement.append(frame);
  const facts = await inTime(answer, 'no answer' as const);
  done.abort();
  frame.remove();
  return facts;
}

type Greeting = Extract<FromKernelFrame, { readonly portside: 'kernel-frame' }>;

const isGreeting = (data: unknown): data is Greeting =>
  typeof data === 'object' && data !== null && 'portside' in data && data.portside === 'kernel-frame';
