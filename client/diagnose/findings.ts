/** From facts to what is wrong, worst and most basic first. Pure. */
import { type ErrorCode, errorTexts } from '../../protocol/errors.js';
import { scriptProblem } from '../worker-script.js';
import type { DiagnosisFacts, Probe } from './facts.js';

export interface Finding {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly remedy: string;
  readonly detail?: string;
  /** The bridge cannot be up with it. Others are worth knowing. */
  readonly blocking: boolean;
}

/** Bytes that a site needs at the very least: half of what PHP takes, which is kept in Cache Storage. */
const LITTLE_ROOM = 8 * 1024 * 1024;

const finding = (code: ErrorCode, detail?: string, blocking = true): Finding => {
  const { sentence, remedy } = errorTexts[code];
  return { code, sentence, remedy, ...(detail !== undefined && detail !== '' && { detail }), blocking };
};

/** @param port guest port that something has to listen on; any where it is left out. */
export function findingsOf(facts: DiagnosisFacts, port?: number): readonly Finding[] {
  // What follows from these would only hide them.
  if (!facts.secureContext) return [finding('insecure-origin', new URL(facts.url).origin)];
  const blocked = storageFindings(facts);
  if (blocked.some(({ blocking }) => blocking)) return blocked;
  const workers = workerFindings(facts);
  if (workers.length > 0) return [...workers, ...blocked];
  return [...kernelFindings(facts, port), ...sharedMemoryFindings(facts), ...blocked];
}

const failed = (probe: Probe): boolean => typeof probe === 'object';

function storageFindings(facts: DiagnosisFacts): Finding[] {
  const { storage, place, privateWindow, serviceWorkers } = facts;
  const refused = Object.entries(storage).flatMap(([name, probe]) =>
    // Private windows refuse it, and nothing here needs it.
    name !== 'fileSystem' && typeof probe === 'object' && probe !== null ? [`${name}: ${probe.error}`] : [],
  );
  const isBlocked = serviceWorkers === 'blocked' || [storage.caches, storage.indexedDb, storage.locks].some(failed);
  const detail = refused.join(', ');
  if (isBlocked) {
    if (place === 'cross-origin frame') return [finding('third-party-frame', detail)];
    return [finding(privateWindow === 'likely' ? 'private-window' : 'storage-blocked', detail)];
  }
  if (serviceWorkers === 'missing') {
    return [finding(privateWindow === 'likely' ? 'private-window' : 'service-worker-unsupported')];
  }
  const { quota, usage } = storage;
  const findings: Finding[] = [];
  if (quota !== null && quota - (usage ?? 0) < LITTLE_ROOM) {
    findings.push(finding('storage-full', `${usage ?? 0} of ${quota} bytes are in use.`, false));
  }
  if (place === 'cross-origin frame') findings.push(finding('third-party-frame', undefined, false));
  if (privateWindow === 'likely') findings.push(finding('private-window', undefined, false));
  return findings;
}

function workerFindings(facts: DiagnosisFacts): Finding[] {
  const { registration, controller, workerScript, script, base, url } = facts;
  const active = registration?.active ?? null;
  const problem = scriptProblem(workerScript, script, base, url);
  // A worker that is installed needs its host no more: a site goes on without a network.
  if (problem && active === null) return [finding(problem.code, problem.detail)];
  if (active === null) {
    return [
      registration
        ? finding('service-worker-failed', 'It has not become active.')
        : finding('service-worker-unregistered', base),
    ];
  }
  if (controller !== null) return [];
  const { pathname } = new URL(url);
  const scope = new URL(registration?.scope ?? base, url).pathname;
  if (pathname.startsWith(scope)) return [finding('service-worker-bypassed')];
  return [finding('service-worker-scope', `This page is ${pathname}, and the worker’s scope ${scope}.`)];
}

function sharedMemoryFindings(facts: DiagnosisFacts): Finding[] {
  const { crossOriginIsolated, sharedArrayBuffer, isolatedFrame, kernel, kernelLock } = facts;
  if (sharedArrayBuffer || isolatedFrame === 'isolated') return [];
  // Another page has it, and runs the kernel.
  if (kernel.kind === 'running' || kernelLock === 'held') return [];
  return [finding(crossOriginIsolated ? 'shared-memory-missing' : 'isolation-refused')];
}

function kernelFindings({ kernel, kernelLock }: DiagnosisFacts, port: number | undefined): Finding[] {
  switch (kernel.kind) {
    case 'not asked':
      return [];
    case 'refused':
      return [finding(kernel.code, kernel.detail)];
    case 'silent':
      return [finding(kernelLock === 'held' ? 'kernel-booting' : 'kernel-unreachable')];
    case 'running': {
      const { listening } = kernel;
      const listens = port === undefined ? listening.length > 0 : listening.some((one) => one.endsWith(`:${port}`));
      if (listens) return [];
      return [finding('guest-not-listening', `Listening: ${listening.join(', ') || 'nothing'}.`)];
    }
  }
}
