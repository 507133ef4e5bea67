/**
 * What a page imports: the parts of a site that hosts itself, in the order in which a page uses them.
 *
 * ```ts
 * await register({ base: '/' });
 * const machine = startMachine({ site });
 * machine.events.on('progress', ({ step, loaded, total }) => bar.show(step, loaded, total));
 * machine.events.on('output', (output) => logOutput(output));
 * await machine.ready;
 * connect(machine, '/');
 * // An iframe with a name and no src, in the markup of the page.
 * await showSite({ base: '/', name: 'My site', frame }).arrived;
 * ```
 *
 * Every promise rejects with a `PortsideError`, whose `code` is a key of `errorTexts`. Several tabs share one kernel when
 * each asks `claimKernel` first.
 */

export type { ImportResult, TreeSize } from '../protocol/archive.js';
export { type ErrorCode, errorTexts, PortsideError } from '../protocol/errors.js';
export type { SiteConfig } from '../protocol/site.js';
export { type ArchiveOptions, exportSite, type ImportOptions, importSite, siteSize } from './archive.js';
export { type Connection, connect } from './connection.js';
export { type DiagnoseOptions, type Diagnosis, diagnose, diagnosisText } from './diagnose/diagnose.js';
export type { DiagnosisFacts } from './diagnose/facts.js';
export type { Finding } from './diagnose/findings.js';
export type { Emitter } from './emitter.js';
export { becomeIsolated } from './isolation.js';
export { type Machine, type MachineEvents, type MachineOptions, startMachine } from './machine.js';
export { type OfflineState, offlineState } from './offline-state.js';
export { logOutput } from './output.js';
export { type Claim, claimKernel, type Ownership } from './ownership.js';
export { type RegisterOptions, register } from './registration.js';
export { type ReleaseEvents, type Releases, watchReleases } from './releases.js';
export { type ShownSite, type ShowSiteOptions, showSite } from './show-site.js';
export { deleteSite } from './sites/delete-site.js';
export { listSites, type SiteOnDevice } from './sites/list-sites.js';
