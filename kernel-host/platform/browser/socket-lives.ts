import { lifeLockName } from '../../../protocol/tunnel.js';
import type { SocketLives } from '../../http/web-socket/socket-lives.js';

/** Lives as Web Locks: the browser frees those of a page or worker that is gone, even if it crashed. */
export function webLockLives(): SocketLives {
  const own = crypto.randomUUID();
  // Never given back: it ends with this worker.
  void navigator.locks.request(lifeLockName(own), () => new Promise<never>(() => {}));
  return {
    own,
    whenOver: (life, signal) => navigator.locks.request(lifeLockName(life), { mode: 'shared', signal }, () => {}),
  };
}
