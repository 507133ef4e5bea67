// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, type Mock, vi } from 'vitest';
import { register } from '../../../client/registration.js';

class FakeWorker extends EventTarget {
  readonly scriptURL = 'https://host/sw.js';
  state: ServiceWorkerState = 'activated';
  readonly asked: unknown[] = [];
  answer = (): void => {};

  postMessage(message: unknown): void {
    this.asked.push(message);
    this.answer();
  }
}

class FakeRegistration extends EventTarget {
  active: FakeWorker | null = null;
  installing: FakeWorker | null = null;
  waiting: FakeWorker | null = null;
}

class FakeContainer extends EventTarget {
  controller: FakeWorker | null = null;
  readonly registration = new FakeRegistration();

  register(): Promise<FakeRegistration> {
    return Promise.resolve(this.registration);
  }

  getRegistration(): Promise<FakeRegistration> {
    return Promise.resolve(this.registration);
  }

  control(worker: FakeWorker): void {
    this.controller = worker;
    this.dispatchEvent(new Event('controllerchange'));
  }
}

let container: FakeContainer;
let worker: FakeWorker;
let reload: Mock<() => void>;

beforeEach(() => {
  vi.useFakeTimers();
  container = new FakeContainer();
  worker = new FakeWorker();
  reload = vi.fn<() => void>();
  vi.stubGlobal('isSecureContext', true);
  Object.defineProperty(navigator, 'serviceWorker', { configurable: true, value: container });
  vi.spyOn(location, 'reload').mockImplementation(reload);
  sessionStorage.clear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('asks a worker that passed this page by for control, and reloads nothing where it takes it', async () => {
  container.registration.active = worker;
  worker.answer = () => container.control(worker);
  const registered = register({ base: '/' });
  await vi.advanceTimersByTimeAsync(0);
  expect(await registered).toBe(container.registration);
  expect(worker.asked).toEqual([{ portside: 'claim', base: '/' }]);
  expect(reload).not.toHaveBeenCalled();
});

it('reloads once where the worker does not answer, and tells of it when that did not help', async () => {
  container.registration.active = worker;
  void register({ base: '/' });
  await vi.advanceTimersByTimeAsync(1_999);
  expect(reload).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(reload).toHaveBeenCalledTimes(1);
  // The page that has been reloaded.
  const again = register({ base: '/' });
  const failure = again.catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await failure).toMatchObject({ code: 'service-worker-bypassed' });
  expect(reload).toHaveBeenCalledTimes(1);
  // A person who tries once more gets a reload again.
  void register({ base: '/' });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(reload).toHaveBeenCalledTimes(2);
});

it('waits on a first visit for the worker to take its clients', async () => {
  worker.state = 'installing';
  container.registration.installing = worker;
  const registered = register({ base: '/' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(worker.asked).toEqual([]);
  container.registration.active = worker;
  container.control(worker);
  expect(await registered).toBe(container.registration);
  expect(reload).not.toHaveBeenCalled();
});

it('tells of a worker that is given up as it installs', async () => {
  worker.state = 'installing';
  container.registration.installing = worker;
  const failure = register({ base: '/' }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(0);
  worker.state = 'redundant';
  worker.dispatchEvent(new Event('statechange'));
  expect(await failure).toMatchObject({ code: 'service-worker-failed' });
});
