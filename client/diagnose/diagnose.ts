/** Why the bridge is not up: for apps that want to say it, and for people at the console. */
import type { DiagnosisFacts } from './facts.js';
import { type Finding, findingsOf } from './findings.js';
import { look } from './look.js';

export interface DiagnoseOptions {
  /** Path that names the machine: the scope of its bridge. `/` by default. */
  readonly base?: string;
  /** Absolute path of the service worker's script; `sw.js` in the base by default. */
  readonly script?: string;
  /** Guest port that something should listen on. */
  readonly port?: number;
}

export interface Diagnosis {
  /** Nothing was found that keeps the bridge from being up. */
  readonly ok: boolean;
  /** Most basic first; each with a key of `errorTexts` as its code. */
  readonly findings: readonly Finding[];
  readonly facts: DiagnosisFacts;
}

/** Never rejects; takes a few seconds where something does not answer. */
export async function diagnose({
  base = '/',
  script = `${base}sw.js`,
  port,
}: DiagnoseOptions = {}): Promise<Diagnosis> {
  const facts = await look(base, script);
  const findings = findingsOf(facts, port);
  return { ok: findings.every(({ blocking }) => !blocking), findings, facts };
}

/** A report to be sent to somebody: the findings in words, then the facts. */
export function diagnosisText({ findings, facts }: Diagnosis): string {
  const found = findings.map(
    ({ code, sentence, remedy, detail }) => `${code}: ${sentence}${detail ? ` ${detail}` : ''}\n  ${remedy}`,
  );
  return `${found.join('\n') || 'Nothing was found that keeps the bridge from being up.'}\n\n${JSON.stringify(facts, null, 2)}\n`;
}
