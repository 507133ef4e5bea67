/** What a page imports: the parts of a site that hosts itself, in the order in which a page uses them. */

export { type ErrorCode, errorTexts, PortsideError } from '../protocol/errors.js';
export type { SiteConfig } from '../protocol/site.js';
export { type Connection, connect } from './connection.js';
export type { Emitter } from './emitter.js';
export { becomeIsolated } from './isolation.js';
export { type Machine, type MachineEvents, type MachineOptions, startMachine } from './machine.js';
export { logOutput } from './output.js';
export { type Claim, claimKernel, type Ownership } from './ownership.js';
export { adoptRelease, type RegisterOptions, register } from './registration.js';
export { type ShownSite, type ShowSiteOptions, showSite } from './show-site.js';
