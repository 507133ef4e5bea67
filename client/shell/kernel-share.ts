/**
 * This tab's part in running the kernel: one of the tabs has it, and the others use that one. A tab that the browser puts into its
 * back/forward cache gives its part up and takes it on again when it comes back, with the kernel that it had, if no other tab
 * has started one since.
 */
import type { PortsideError } from '../../protocol/errors.js';
import { connect } from '../connection.js';
import type { Machine } from '../machine.js';
import { claimKernel, type Ownership } from '../ownership.js';
import type { Connection } from '../port-supply.js';

export interface KernelShareOptions {
  readonly base: string;
  /** Starts a kernel. */
  start(): Machine;
  /** Another tab has the kernel, and is booting it. */
  waits(): void;
  /** The kernel of this tab ended, or could not be started when it was this tab's turn. */
  failed(error: unknown): void;
}

export class KernelShare {
  readonly #options: KernelShareOptions;
  #machine: Machine | undefined;
  #connection: Connection | undefined;
  #ownership: Ownership | undefined;
  #withdraw: (() => void) | undefined;

  constructor(options: KernelShareOptions) {
    this.#options = options;
  }

  /** Resolves when a kernel of this or another tab serves the site. @throws PortsideError */
  async begin(): Promise<void> {
    const { base, waits, failed } = this.#options;
    const claim = await claimKernel(base);
    if (claim.role === 'owner') return this.#run(claim.ownership);
    // Meanwhile another tab has started one.
    this.#discard();
    this.#withdraw = claim.withdraw;
    // When the tab that runs the kernel goes, this one takes over behind the site that it shows.
    claim.succession.then((ownership) => ownership && this.#run(ownership)).catch(failed);
    waits();
    await claim.ownerBooted;
  }

  /** The page may be frozen from now on: another tab is to have the kernel. */
  suspend(): void {
    this.#withdraw?.();
    this.#withdraw = undefined;
    this.#giveUp();
  }

  /** This tab runs no kernel any more. */
  stop(): void {
    this.#withdraw?.();
    this.#withdraw = undefined;
    this.#end();
  }

  async #run(ownership: Ownership): Promise<void> {
    this.#withdraw = undefined;
    this.#ownership = ownership;
    if (this.#machine && !(await this.#machine.current())) this.#discard();
    const machine = (this.#machine ??= this.#start());
    try {
      await machine.ready;
    } catch (error) {
      this.#end();
      throw error;
    }
    // Suspended while it booted: it goes on when the page is back.
    if (this.#ownership !== ownership) return;
    this.#connection = connect(machine, this.#options.base);
    ownership.booted();
  }

  #start(): Machine {
    const machine = this.#options.start();
    const failed = (error: PortsideError) => {
      if (this.#machine !== machine) return;
      this.#end();
      this.#options.failed(error);
    };
    machine.ready.then(
      () => machine.events.on('failed', failed),
      () => {}, // Whoever waits for it is told.
    );
    return machine;
  }

  #giveUp(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#ownership?.release();
    this.#ownership = undefined;
  }

  #end(): void {
    this.#giveUp();
    this.#discard();
  }

  #discard(): void {
    this.#machine?.terminate();
    this.#machine = undefined;
  }
}
