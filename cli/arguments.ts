import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';

/** Parsers of option values. Each throws InvalidArgumentError with a sentence that commander puts behind its own. */

const MAX_PORT = 65535;

/** A TCP port; 0 only where `parsePort` is used, as the system's choice. */
export function parsePort(text: string): number {
  const port = parseNatural(text);
  if (port > MAX_PORT) throw new InvalidArgumentError(`A port is a number up to ${MAX_PORT}.`);
  return port;
}

export function parseWorkers(text: string): number {
  const workers = parseNatural(text);
  if (workers < 1) throw new InvalidArgumentError('At least one server process is needed.');
  return workers;
}

function parseNatural(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('A whole number is expected.');
  return number;
}

/** The path of a site on its host: as browsers write it, with a slash at both ends. */
export function parseBase(text: string): string {
  const base = text.endsWith('/') ? text : `${text}/`;
  const url = URL.canParse(base, 'http://host') ? new URL(base, 'http://host') : undefined;
  if (!base.startsWith('/') || url?.pathname !== base || base.includes('//')) {
    throw new InvalidArgumentError('A path such as /shop/ is expected, with nothing that a browser would rewrite.');
  }
  return base;
}

export interface Mount {
  /** Absolute path of the host. */
  readonly host: string;
  /** Absolute path for the guest. */
  readonly guest: string;
  readonly readonly: boolean;
}

/** HOSTDIR:GUESTDIR[:ro]; read from its end, since a host path may hold a colon (`C:\site`). */
export function parseMount(text: string, mounts: readonly Mount[] = []): readonly Mount[] {
  const match = /^(?<host>.+):(?<guest>\/[^:]*)(?<readonly>:ro)?$/.exec(text);
  const { host, guest } = match?.groups ?? {};
  if (host === undefined || guest === undefined) {
    throw new InvalidArgumentError(
      'HOSTDIR:GUESTDIR or HOSTDIR:GUESTDIR:ro is expected, GUESTDIR with a leading slash.',
    );
  }
  return [...mounts, { host: resolve(host), guest, readonly: match?.groups?.readonly !== undefined }];
}

export interface Listen {
  /** TCP port on the host; 0: any that is free. */
  readonly host: number;
  /** TCP port that the guest listens on. */
  readonly guest: number;
}

/** HOSTPORT:GUESTPORT */
export function parseListen(text: string, listens: readonly Listen[] = []): readonly Listen[] {
  const [host, guest, ...rest] = text.split(':');
  if (host === undefined || guest === undefined || rest.length > 0 || parsePort(guest) === 0) {
    throw new InvalidArgumentError('HOSTPORT:GUESTPORT is expected, such as 8080:80.');
  }
  return [...listens, { host: parsePort(host), guest: parsePort(guest) }];
}

/** NAME=VALUE; the value may be empty and may hold further equals signs. */
export function parseEnv(text: string, env: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('NAME=VALUE is expected.');
  return { ...env, [text.slice(0, equals)]: text.slice(equals + 1) };
}
