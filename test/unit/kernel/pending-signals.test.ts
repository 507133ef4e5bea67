/** Pending signals beside a list in which each is looked for (POSIX 2.4.1; signal(7)). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitOf, SIGRTMIN, type SignalInfo } from '../../../kernel-host/abi/signal.js';
import { PendingSignals } from '../../../kernel-host/process/pending-signals.js';

const signal = fc.integer({ min: SIGRTMIN - 4, max: SIGRTMIN + 4 });
const set = fc.uniqueArray(signal).map((signals) => signals.reduce((bits, each) => bits | bitOf(each), 0n));
const step = fc.oneof(
  fc.record({ kind: fc.constant('send' as const), signal }),
  fc.record({ kind: fc.constant('take' as const), set }),
  fc.record({ kind: fc.constant('discard' as const), set }),
);

const within = (bits: bigint, { signal }: SignalInfo): boolean => (bits & bitOf(signal)) !== 0n;

test('the lowest comes first, and real-time ones are all kept, in order', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pending = new PendingSignals();
      let model: SignalInfo[] = [];
      for (const [value, step] of steps.entries()) {
        switch (step.kind) {
          case 'send': {
            const info = { signal: step.signal, code: 0, value };
            const isNew = step.signal >= SIGRTMIN || !model.some(({ signal }) => signal === step.signal);
            expect(pending.add(info)).toBe(isNew);
            expect(pending.holds(info)).toBe(isNew);
            if (isNew) model.push(info);
            break;
          }
          case 'take': {
            const lowest = Math.min(...model.filter((info) => within(step.set, info)).map((info) => info.signal));
            const wanted = model.find((info) => info.signal === lowest);
            expect(pending.next(step.set)).toBe(wanted?.signal ?? 0);
            if (!wanted) break;
            model = model.filter((info) => info !== wanted);
            expect(pending.take(lowest)).toBe(wanted);
            expect(pending.holds(wanted)).toBe(false);
            break;
          }
          case 'discard':
            model = model.filter((info) => !within(step.set, info));
            pending.discard(step.set);
        }
        expect(pending.count).toBe(model.length);
        expect(pending.set).toBe(model.reduce((bits, info) => bits | bitOf(info.signal), 0n));
      }
    }),
  );
});
