/** Something that answers fetches: a page in the browser, opened where the answers come from. */
import type { BenchPage } from '../page.js';

export const TARGETS = [
  'portside',
  'relay floor',
  'worker floor',
  'chunk floor',
  'playground',
  'its engine, bare',
  'native',
] as const;
export type TargetName = (typeof TARGETS)[number];

export interface Target {
  readonly name: TargetName;
  readonly page: BenchPage;
  /** What paths of the site begin with, slash at the end. */
  readonly base: string;
  close(): Promise<void>;
}
