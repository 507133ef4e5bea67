import { spawn } from 'node:child_process';
import { PortsideError } from '../../protocol/errors.js';

/**
 * Runs a program with this process's input and output.
 * @param environment beside this process's.
 * @returns its exit status.
 * @throws PortsideError tool-missing
 */
export async function runTool(
  tool: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = spawn(tool, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => {
      reject(new PortsideError('tool-missing', `${tool}: ${cause.message}`, { cause }));
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
