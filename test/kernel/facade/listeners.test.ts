/** The facade, by what each member does: who listens. */
import { expect, it } from 'vitest';
import * as n from '../../../kernel-host/abi/syscall.js';
import { CHANNEL, createKernel, encode, register } from '../../support/hosted-kernel.js';
import { copyOf } from '../../support/hosted-program.js';

it('finds who listens, and asks it', async () => {
  const kernel = await createKernel();
  const { pid, program } = await register(kernel);
  const fd = Number(await program.call(n.SYS_socket, 2, 1, 0));
  const address = program.put(new Uint8Array([2, 0, 0x1f, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  expect(await program.call(n.SYS_bind, fd, address, 16)).toBe(0);
  expect(kernel.pickListenerTarget(8080)).toBeNull();
  expect(await program.call(n.SYS_listen, fd, 5)).toBe(0);
  expect(kernel.pickListenerTarget(8080)).toEqual({ pid, fd });
  const response = kernel.sendHttpRequest(8080, { method: 'GET', url: '/x?y=1', headers: {}, body: null });
  const connection = Number(await program.call(n.SYS_accept, fd, 0, 0));
  const buffer = program.room(512);
  const count = Number(await program.call(n.SYS_read, connection, buffer, 512));
  expect(program.text(buffer, count)).toMatch(/^GET \/x\?y=1 HTTP\/1\.1\r\nHost: localhost:8080\r\n/);
  const answer = 'HTTP/1.1 201 Created\r\nContent-Length: 3\r\nX-It: works\r\n\r\nyes';
  await program.call(n.SYS_write, connection, program.put(answer), answer.length);
  await expect(response).resolves.toMatchObject({ status: 201, headers: { 'x-it': 'works' }, body: encode('yes') });
});

it('prefers the children of a master that listens, each in its turn', async () => {
  const kernel = await createKernel({
    async onFork(_parent, childPid, parentMemory) {
      const memory = copyOf(parentMemory);
      new Int32Array(memory.buffer, CHANNEL, 18).fill(0);
      kernel.registerProcess(childPid, memory, [CHANNEL], { skipKernelCreate: true });
      return [CHANNEL];
    },
  });
  const { program } = await register(kernel);
  const fd = Number(await program.call(n.SYS_socket, 2, 1, 0));
  const address = program.put(new Uint8Array([2, 0, 0x1f, 0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  await program.call(n.SYS_bind, fd, address, 16);
  await program.call(n.SYS_listen, fd, 5);
  const children = [
    await program.call(n.SYS_portside_fork, 0, 0, 0, 0),
    await program.call(n.SYS_portside_fork, 0, 0, 0, 0),
  ];
  const picked = [1, 2, 3, 4].map(() => kernel.pickListenerTarget(8080)?.pid);
  expect(picked).toEqual([...children, ...children]);
});
