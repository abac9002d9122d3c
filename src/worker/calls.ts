/** The engine's side of the messages: unpacks them, calls the core, packs its answers. No mathematics. */
import type { Calls, Done, EngineFailure, Reply, Request } from '../engine/protocol.ts';
import { createBrowserPlatform } from './browser-platform.ts';
import type { CallContext } from './call-context.ts';
import { createCore } from './core.ts';
import { failureOf, isCancelled } from './failure-of.ts';

type CallRequest = Exclude<Request, { readonly call: 'cancel' }>;

const core = createCore(createBrowserPlatform(), (event) => send({ kind: 'event', event }));
const running = new Map<number, AbortController>();

function send(reply: Reply, transfer: Transferable[] = []): void {
  self.postMessage(reply, { transfer });
}

function isMessage(data: unknown): data is { readonly id: number; readonly call: unknown } {
  return (
    typeof data === 'object' &&
    data !== null &&
    'call' in data &&
    'id' in data &&
    typeof data.id === 'number'
  );
}

const callNames: Readonly<Record<keyof Calls, true>> = {
  start: true,
  loadVisionModel: true,
  runVision: true,
  runChanged: true,
  applyLens: true,
  readQuery: true,
  readLayer: true,
  headStatistics: true,
  headImportance: true,
  measureFaithfulness: true,
  release: true,
  diagnostics: true,
  loadTranslationModel: true,
  translate: true,
  forceText: true,
  continueFrom: true,
  forceTarget: true,
  readStack: true,
  applyTranslationLens: true,
  translateChanged: true,
  translationHeadImportance: true,
  inspectModel: true,
  listKeptModels: true,
  deleteKeptModel: true,
  setAccessToken: true,
};

/** The page is Heed's own, so a known call's arguments have the types of the protocol. */
function isRequest(message: { readonly call: unknown }): message is Request {
  const { call } = message;
  return typeof call === 'string' && (call === 'cancel' || Object.hasOwn(callNames, call));
}

/** Calls the core. Each case ties a call to its own value, which the compiler checks. */
async function perform(request: CallRequest, context: CallContext): Promise<Done> {
  const { id } = request;
  const kind = 'done';
  switch (request.call) {
    case 'start':
      return { id, kind, call: 'start', value: await core.start(request.args, context) };
    case 'loadVisionModel':
      return {
        id,
        kind,
        call: 'loadVisionModel',
        value: await core.loadVisionModel(request.args, context),
      };
    case 'runVision':
      return { id, kind, call: 'runVision', value: await core.runVision(request.args, context) };
    case 'runChanged':
      return { id, kind, call: 'runChanged', value: await core.runChanged(request.args, context) };
    case 'applyLens':
      return { id, kind, call: 'applyLens', value: await core.applyLens(request.args, context) };
    case 'readQuery':
      return { id, kind, call: 'readQuery', value: await core.readQuery(request.args, context) };
    case 'readLayer':
      return { id, kind, call: 'readLayer', value: await core.readLayer(request.args, context) };
    case 'headStatistics':
      return {
        id,
        kind,
        call: 'headStatistics',
        value: await core.headStatistics(request.args, context),
      };
    case 'headImportance':
      return {
        id,
        kind,
        call: 'headImportance',
        value: await core.headImportance(request.args, context),
      };
    case 'measureFaithfulness':
      return {
        id,
        kind,
        call: 'measureFaithfulness',
        value: await core.measureFaithfulness(request.args, context),
      };
    case 'release':
      return { id, kind, call: 'release', value: await core.release(request.args, context) };
    case 'diagnostics':
      return {
        id,
        kind,
        call: 'diagnostics',
        value: await core.diagnostics(request.args, context),
      };
    case 'loadTranslationModel':
      return {
        id,
        kind,
        call: 'loadTranslationModel',
        value: await core.loadTranslationModel(request.args, context),
      };
    case 'translate':
      return { id, kind, call: 'translate', value: await core.translate(request.args, context) };
    case 'forceText':
      return { id, kind, call: 'forceText', value: await core.forceText(request.args, context) };
    case 'continueFrom':
      return {
        id,
        kind,
        call: 'continueFrom',
        value: await core.continueFrom(request.args, context),
      };
    case 'forceTarget':
      return {
        id,
        kind,
        call: 'forceTarget',
        value: await core.forceTarget(request.args, context),
      };
    case 'readStack':
      return { id, kind, call: 'readStack', value: await core.readStack(request.args, context) };
    case 'applyTranslationLens':
      return {
        id,
        kind,
        call: 'applyTranslationLens',
        value: await core.applyTranslationLens(request.args, context),
      };
    case 'translateChanged':
      return {
        id,
        kind,
        call: 'translateChanged',
        value: await core.translateChanged(request.args, context),
      };
    case 'translationHeadImportance':
      return {
        id,
        kind,
        call: 'translationHeadImportance',
        value: await core.translationHeadImportance(request.args, context),
      };
    case 'inspectModel':
      return {
        id,
        kind,
        call: 'inspectModel',
        value: await core.inspectModel(request.args, context),
      };
    case 'listKeptModels':
      return {
        id,
        kind,
        call: 'listKeptModels',
        value: await core.listKeptModels(request.args, context),
      };
    case 'deleteKeptModel':
      return {
        id,
        kind,
        call: 'deleteKeptModel',
        value: await core.deleteKeptModel(request.args, context),
      };
    case 'setAccessToken':
      return {
        id,
        kind,
        call: 'setAccessToken',
        value: await core.setAccessToken(request.args, context),
      };
    default:
      return request satisfies never;
  }
}

/** What moves to the page with a value. The core gives away what it returns and keeps nothing. */
function transferOf(done: Done): Transferable[] {
  switch (done.call) {
    case 'runVision':
    case 'runChanged':
      return [done.value.rows.buffer, done.value.probabilities.buffer];
    case 'applyLens':
    case 'readStack':
    case 'applyTranslationLens':
      return [done.value.values.buffer];
    case 'translationHeadImportance':
      return [
        done.value.logProbabilities.buffer,
        ...Object.values(done.value.without).flatMap((values) => (values ? [values.buffer] : [])),
      ];
    case 'readQuery':
    case 'readLayer':
      return [done.value.buffer];
    case 'headStatistics':
      return [done.value.entropy.buffer, done.value.meanDistance.buffer];
    case 'headImportance':
      return [done.value.without.buffer, done.value.totalVariation.buffer];
    case 'start':
    case 'loadVisionModel':
    case 'release':
    case 'diagnostics':
    // A few hundred numbers.
    case 'measureFaithfulness':
    case 'loadTranslationModel':
    case 'translate':
    case 'forceText':
    case 'continueFrom':
    case 'forceTarget':
    case 'translateChanged':
    case 'inspectModel':
    case 'listKeptModels':
    case 'deleteKeptModel':
    case 'setAccessToken':
      return [];
    default:
      return done satisfies never;
  }
}

async function answer(request: CallRequest): Promise<void> {
  const { id } = request;
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const done = await perform(request, {
      signal: controller.signal,
      onProgress: (progress) => send({ id, kind: 'progress', progress }),
      onNews: (news) => send({ id, kind: 'news', news }),
    });
    send(done, transferOf(done));
  } catch (error) {
    if (isCancelled(error)) send({ id, kind: 'cancelled' });
    else sendFailure(id, failureOf(error));
  } finally {
    running.delete(id);
  }
}

function sendFailure(id: number, failure: EngineFailure): void {
  if (failure.code === 'internal') console.error(failure.detail);
  send({ id, kind: 'failed', failure });
}

/** Takes what the page sent, in the order in which it was sent. */
export function receive(data: unknown): void {
  if (!isMessage(data)) return;
  if (!isRequest(data)) {
    sendFailure(data.id, {
      code: 'bad-request',
      message: 'The page asked for something that the engine does not know.',
      detail: `call: ${String(data.call)}`,
    });
    return;
  }
  if (data.call === 'cancel') running.get(data.id)?.abort();
  else void answer(data);
}
