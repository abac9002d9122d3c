/** For tests: a backend whose device is lost when the test says so. */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from '../../engine/protocol.ts';
import type { RunningBackend } from './backend.ts';
import { startCpu } from './cpu.ts';

export interface FakeBackend extends RunningBackend {
  readonly lose: (reason: string) => void;
  /** The error that the device reports next. */
  deviceError: Error | null;
  readonly isDisposed: () => boolean;
}

/** tfjs's cpu backend under another name, with a device to lose. */
export async function startFakeBackend(name: BackendName): Promise<FakeBackend> {
  // Keeps tfjs from recommending its own package for Node with each backend.
  tf.env().set('IS_TEST', true);
  const cpu = await startCpu();
  const loss = new AbortController();
  const lost = new Promise<string>((resolve) => {
    loss.signal.addEventListener('abort', () => resolve(String(loss.signal.reason)));
  });
  let disposed = false;
  const fake: FakeBackend = {
    info: { name, detail: `fake ${name}`, softwareAdapter: false },
    lost,
    lose: (reason) => loss.abort(reason),
    deviceError: null,
    takeDeviceError: () => {
      const error = fake.deviceError;
      fake.deviceError = null;
      return error;
    },
    isDisposed: () => disposed,
    dispose: () => {
      disposed = true;
      cpu.dispose();
    },
  };
  return fake;
}
