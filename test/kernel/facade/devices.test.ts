/** The facade, by what each member does: picture, sound and pointer. */
import { expect, it, vi } from 'vitest';
import * as n from '../../../kernel-host/abi/syscall.js';
import { createKernel, open, register } from '../../support/hosted-kernel.js';

it('shows what programs draw, by writing or in memory of their own', async () => {
  const kernel = await createKernel({}, { framebuffer: { width: 32, height: 16 } });
  const { pid, program, memory } = await register(kernel);
  const changed = vi.fn();
  kernel.framebuffers.onChange(changed);
  const drawn = vi.fn();
  kernel.framebuffers.onWrite((who, offset, bytes) => drawn(who, offset, [...bytes]));
  const fd = Number(await open(program, '/dev/fb0'));
  const info = program.room(160);
  expect(await program.call(n.SYS_ioctl, fd, 0x4600, info)).toBe(0);
  expect([...program.words(info, 7)]).toEqual([32, 16, 32, 16, 0, 0, 32]);
  const fixed = program.room(68);
  expect(await program.call(n.SYS_ioctl, fd, 0x4602, fixed)).toBe(0);
  expect(program.words(fixed + 44, 1)[0]).toBe(128);

  await program.call(n.SYS_write, fd, program.put(new Uint8Array([1, 2, 3, 4])), 4);
  expect(drawn).toHaveBeenCalledWith(pid, 0, [1, 2, 3, 4]);
  expect(kernel.framebuffers.get(pid)).toMatchObject({ addr: 0, len: 0, w: 32, h: 16, stride: 128, fmt: 'BGRA32' });
  expect([...(kernel.framebuffers.get(pid)?.hostBuffer?.subarray(0, 5) ?? [])]).toEqual([1, 2, 3, 4, 0]);

  const at = Number(await program.call(n.SYS_mmap2, 0, 2048, 3, 1, fd, 0));
  expect(at).toBeGreaterThan(0);
  await vi.waitFor(() => expect(kernel.framebuffers.get(pid)?.addr).toBe(at));
  const picture = new Uint8Array(memory.buffer, at, 2048);
  expect([...picture.subarray(0, 5)]).toEqual([1, 2, 3, 4, 0]);
  picture[2047] = 9;
  // Whoever reads the device sees it.
  const buffer = program.room(1);
  expect(await program.call(n.SYS_llseek, fd, 0, 2047, program.room(8), 0)).toBe(0);
  expect(await program.call(n.SYS_read, fd, buffer, 1)).toBe(1);
  expect(program.bytes(buffer, 1)[0]).toBe(9);
  expect(kernel.readProcMaps(pid)).toContain('/dev/fb0');
  expect(await program.call(n.SYS_munmap, at, 2048)).toBe(0);
  await vi.waitFor(() => expect(kernel.framebuffers.list()).toEqual([]));
  expect(changed).toHaveBeenCalledWith(pid);

  // As a host of its own programs says it.
  kernel.framebuffers.bind({ pid, addr: 8192, len: 64, w: 4, h: 4, stride: 16, fmt: 'BGRA32' });
  changed.mockClear();
  kernel.framebuffers.rebindMemory(pid);
  expect(changed).toHaveBeenCalledOnce();
  expect(() => kernel.framebuffers.bind({ pid, addr: 8192, len: 63, w: 4, h: 4, stride: 16, fmt: 'BGRA32' })).toThrow(
    expect.objectContaining({ errno: 22 }),
  );
  kernel.framebuffers.unbind(pid);
  expect(kernel.framebuffers.get(pid)).toBeUndefined();
});

it('hands over what is played, the newest where nobody takes it', async () => {
  const kernel = await createKernel();
  const { program } = await register(kernel);
  const fd = Number(await open(program, '/dev/dsp', 1));
  expect(await open(program, '/dev/dsp', 1)).toBe(-16);
  const value = program.room(4);
  const set = async (request: number, wanted: number) => {
    program.words(value, 1)[0] = wanted;
    expect(await program.call(n.SYS_ioctl, fd, request | 0, value)).toBe(0);
    return program.words(value, 1)[0];
  };
  expect(await set(0xc0045002, 44100)).toBe(44100);
  expect(await set(0xc0045006, 2)).toBe(2);
  // 8 bits a sample are not there: 16 are.
  expect(await set(0xc0045005, 8)).toBe(16);
  expect([kernel.audioSampleRate(), kernel.audioChannels(), kernel.audioPending()]).toEqual([44100, 2, 0]);
  const samples = Uint8Array.from({ length: 10 }, (_, i) => i);
  await program.call(n.SYS_write, fd, program.put(samples), 10);
  expect(kernel.audioPending()).toBe(10);
  const out = new Uint8Array(7);
  expect(kernel.drainAudio(out)).toBe(4);
  expect([...out.subarray(0, 4)]).toEqual([0, 1, 2, 3]);
  // Half a frame waits for its other half.
  expect(kernel.drainAudio(new Uint8Array(64))).toBe(4);
  expect(kernel.audioPending()).toBe(2);
  const space = program.room(16);
  await program.call(n.SYS_ioctl, fd, 0x8010500c | 0, space);
  expect(program.words(space, 4)[3]).toBe(262144 - 2);
  const loud = program.put(new Uint8Array(65536).fill(7));
  for (let i = 0; i < 6; i++) expect(await program.call(n.SYS_write, fd, loud, 65536)).toBe(65536);
  expect(kernel.audioPending()).toBeLessThanOrEqual(262144);
  expect(kernel.audioPending()).toBeGreaterThan(262144 - 8);
});

it('tells programs of the mouse, three bytes a movement', async () => {
  const kernel = await createKernel();
  const { program } = await register(kernel);
  const fd = Number(await open(program, '/dev/input/mice'));
  const buffer = program.room(64);
  const read = program.call(n.SYS_read, fd, buffer, 64);
  await vi.waitFor(() => expect(kernel.getKernel().processes.all()[0]?.task?.parked).toBe(true));
  kernel.injectMouseEvent(5, -3, 1);
  expect(await read).toBe(3);
  expect([...program.bytes(buffer, 3)]).toEqual([0x29, 5, 253]);
  kernel.injectMouseEvent(-300, 300, 6);
  expect(await program.call(n.SYS_read, fd, buffer, 64)).toBe(3);
  expect([...program.bytes(buffer, 3)]).toEqual([0x1e, 129, 127]);
  // What a driver of PS/2 mice asks first.
  await program.call(n.SYS_write, fd, program.put(new Uint8Array([0xff])), 1);
  expect(await program.call(n.SYS_read, fd, buffer, 64)).toBe(3);
  expect([...program.bytes(buffer, 3)]).toEqual([0xfa, 0xaa, 0]);
});
