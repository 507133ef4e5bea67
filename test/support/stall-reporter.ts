/**
 * Ends a run in which nothing happens any more, and says what was under way. Vitest's own time limits do not end a test that
 * never gives its thread back.
 */
import { spawnSync } from 'node:child_process';
import type { TestCase, TestModule } from 'vitest/node';
import type { Reporter } from 'vitest/reporters';

/** Milliseconds: more than the longest hook may take (1,800 s, of ports that are built first). */
const PATIENCE = 1_900_000;
const INTERVAL = 10_000;

export default class StallReporter implements Reporter {
  readonly #underWay = new Map<string, string>();
  #heard = Date.now();
  #timer: NodeJS.Timeout | null = null;

  onTestRunStart(): void {
    this.#heard = Date.now();
    this.#timer = setInterval(() => this.#look(), INTERVAL);
  }

  onTestModuleStart(module: TestModule): void {
    this.#began(module.id, module.relativeModuleId);
  }

  onTestModuleEnd(module: TestModule): void {
    this.#ended(module.id);
  }

  onTestCaseReady(test: TestCase): void {
    this.#began(test.id, `${test.module.relativeModuleId} > ${test.fullName}`);
  }

  onTestCaseResult(test: TestCase): void {
    this.#ended(test.id);
  }

  onTestRunEnd(): void {
    if (this.#timer) clearInterval(this.#timer);
  }

  #began(id: string, name: string): void {
    this.#heard = Date.now();
    this.#underWay.set(id, name);
  }

  #ended(id: string): void {
    this.#heard = Date.now();
    this.#underWay.delete(id);
  }

  #look(): void {
    if (Date.now() - this.#heard < PATIENCE) return;
    console.error(`portside: no test began or ended for ${PATIENCE / 1000} s. Under way:`);
    for (const name of this.#underWay.values()) console.error(`  ${name}`);
    // A worker that loops does not see that this process is gone.
    spawnSync('pkill', ['-KILL', '-P', String(process.pid)]);
    process.exit(1);
  }
}
