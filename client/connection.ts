import type { Machine } from './machine.js';
import type { Connection } from './port-supply.js';

export type { Connection } from './port-supply.js';

/** Connects a machine that is ready to the service worker in control of `base`. */
export const connect = (machine: Machine, base: string): Connection => machine.serve(base);
