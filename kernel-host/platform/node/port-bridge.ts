/** A real TCP port of the host, carried into the kernel: one connection there for each one here. */
import { createServer, type Server, type Socket } from 'node:net';
import { PortsideError } from '../../../protocol/errors.js';
import type { HostConnection } from '../../http/connection.js';
import type { Kernel } from '../../kernel.js';

/** Bytes taken from a guest at a time. */
const CHUNK = 65536;

/** Resolves once the host listens. @throws PortsideError port-in-use, listen-failed */
export function bridgePort(kernel: Kernel, hostPort: number, guestPort: number): Promise<Server> {
  const server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true },
    (socket) => void carry(kernel, socket, guestPort),
  );
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new PortsideError(error.code === 'EADDRINUSE' ? 'port-in-use' : 'listen-failed', String(hostPort), {
          cause: error,
        }),
      );
    });
    server.listen(hostPort, '127.0.0.1', () => resolve(server));
  });
}

async function carry(kernel: Kernel, socket: Socket, port: number): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  socket.on('error', () => socket.destroy());
  let connection: HostConnection | null = null;
  while (!connection) {
    try {
      await kernel.network.whenListening(port, gone.signal);
      connection = kernel.network.connect(port);
      if (!connection) await kernel.network.whenRoom(port, gone.signal);
    } catch {
      return;
    }
  }
  join(socket, connection);
}

function join(socket: Socket, connection: HostConnection): void {
  let unsent: Buffer | null = null;
  const toGuest = (): void => {
    while (unsent) {
      const count = connection.write(unsent);
      if (count < 0) {
        unsent = null;
        break;
      }
      if (count === 0) return;
      unsent = count < unsent.length ? unsent.subarray(count) : null;
    }
    socket.resume();
  };
  const toHost = (): void => {
    for (;;) {
      if (socket.writableNeedDrain || socket.destroyed) return;
      const chunk = new Uint8Array(Math.min(CHUNK, Math.max(connection.available, 1)));
      const count = connection.read(chunk);
      if (count === 0) return;
      if (count === -1) {
        socket.end();
        return;
      }
      if (count === -2) {
        socket.resetAndDestroy();
        return;
      }
      socket.write(count === chunk.length ? chunk : chunk.subarray(0, count));
    }
  };
  connection.onReadable = toHost;
  connection.onWritable = toGuest;
  socket.on('data', (chunk: Buffer) => {
    socket.pause();
    unsent = chunk;
    toGuest();
  });
  socket.on('drain', toHost);
  socket.on('end', () => connection.shutdownWrite());
  socket.once('close', () => connection.close());
  socket.resume();
  toHost();
}
