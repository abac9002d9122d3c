import type { Engine } from '../engine/client.ts';
import { TranslationSession } from '../workspaces/translation/session.ts';
import { VisionSession } from '../workspaces/vision/session.ts';
import { parametersOf } from '../workspaces/vision/use-link.ts';
import { followAddress } from './open-model/follow-address.ts';
import { ModelOpening } from './open-model/opening.ts';
import { openingWorkspaces } from './open-model/workspaces.ts';
import type { StartedEngine } from './start-engine.ts';

/** The engine and each workspace's session; they outlive the tabs that show them. */
export interface Sessions {
  readonly engine: Engine;
  readonly vision: VisionSession;
  readonly translation: TranslationSession;
  readonly opening: ModelOpening;
}

/** Makes the sessions. Where the address is Vision's, its model begins to load. */
export function createSessions({ engine, backend, listen }: StartedEngine): Sessions {
  const vision = new VisionSession(engine, backend);
  const translation = new TranslationSession(engine, backend);
  listen((event) => {
    vision.handleEngineEvent(event);
    translation.handleEngineEvent(event);
  });
  const workspaces = openingWorkspaces(vision, translation);
  const opening = new ModelOpening({ engine, backend, workspaces });
  const follow = (): void => void followAddress(location, opening, { vision, translation });
  follow();
  addEventListener('hashchange', follow);
  const parameters = parametersOf(location.hash);
  if (parameters !== null) void vision.start(parameters);
  return { engine, vision, translation, opening };
}
