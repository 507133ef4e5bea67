/**
 * The border between a page and the hidden frame that its kernel runs in: the frame only starts the kernel's worker, hands its
 * ports to the service worker and says what becomes of it. All else goes over a port straight to that worker, in the messages of
 * machine.ts. Types, and one path.
 */

/** Path of the frame's document below a bridge's scope: the service worker makes it. */
export const kernelFramePath = (scope: string): string => `${scope}.portside/kernel`;

export type ToKernelFrame =
  /** Transfers a port, which the worker that runs `script` gets in a `control`. */
  | { readonly portside: 'kernel-start'; readonly script: string; readonly name: string }
  /** Keeps the service worker supplied with ports to the kernel, under the path `base`. */
  | { readonly portside: 'kernel-serve'; readonly base: string }
  /** The kernel of `base` is to be used no more. */
  | { readonly portside: 'kernel-leave'; readonly base: string };

export type FromKernelFrame =
  /** The frame is there; without isolation no kernel can run in it. */
  | { readonly portside: 'kernel-frame'; readonly isolated: boolean }
  /** The worker's script is missing or does not parse (no message), or a running kernel threw. */
  | { readonly portside: 'kernel-error'; readonly message: string };
