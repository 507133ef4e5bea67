#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { PortsideError } from '../protocol/errors.js';
import { createProgram, usageStatus } from './program.js';

/** From where the build puts this file: dist/cli. */
const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const { version }: { readonly version: string } = JSON.parse(readFileSync(fromHere('../../package.json'), 'utf8'));

try {
  await createProgram({ version, build: fromHere('../site'), guest: fromHere('../../guest') }).parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Says on stderr what went wrong. Returns the exit status. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return usageStatus(error);
  if (error instanceof PortsideError) {
    console.error(`portside: ${error.code}: ${error.message}\n${error.text.remedy}`);
    return 1;
  }
  console.error('portside: something unexpected went wrong. This is a defect; please report it with what follows.');
  console.error(error);
  return 1;
}
