/** Why a registration failed. Browsers tell it in prose, each in its own; so the script is looked at. */
import { PortsideError } from '../protocol/errors.js';
import { lookAtScript, scriptProblem } from './worker-script.js';

/** @param scope Absolute path, as it was asked for. */
export async function explainRegistrationFailure(
  cause: unknown,
  script: string,
  scope: string,
): Promise<PortsideError> {
  const problem = scriptProblem(await lookAtScript(script), script, scope, location.href);
  if (problem) return new PortsideError(problem.code, problem.detail, { cause });
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : '';
  // Chromium reports blocked storage as NotSupportedError, Firefox as SecurityError for any script.
  if (name === 'NotSupportedError' || !(await storageIsOpen()))
    return new PortsideError('storage-blocked', undefined, { cause });
  if (name === 'SecurityError') return new PortsideError('service-worker-scope', script, { cause });
  return new PortsideError('service-worker-failed', cause instanceof Error ? cause.message : undefined, { cause });
}

async function storageIsOpen(): Promise<boolean> {
  try {
    await caches.has('portside');
    return true;
  } catch {
    // That it throws is the answer.
    return false;
  }
}
