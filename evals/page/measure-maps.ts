import type { Engine } from '../../src/engine/client.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type {
  LensDescription,
  LensId,
  LensOptions,
  LensRequest,
  VisionModelInfo,
} from '../../src/engine/protocol.ts';
import type { FaithfulnessCurves, Removal } from '../../src/engine/what-if-protocol.ts';
import { closePicture, type Picture } from '../../src/workspaces/vision/picture/decode.ts';
import { decodeFile, type PictureFile, type Unreadable } from './picture-file.ts';

export interface LabelledFile extends PictureFile {
  /** The label whose probability is followed; null for the model's own prediction. */
  readonly target: number | null;
  /** Of the picture's random orders. */
  readonly seed: number;
  /** Whether to scan the picture by occlusion. */
  readonly scans: boolean;
}

export interface MeasureSettings {
  readonly lenses: readonly LensId[];
  readonly removal: Removal;
  readonly stepCount: number;
  readonly randomOrderCount: number;
}

/** Figures of one map, or means over random orders. */
export interface Figures {
  readonly deletion: number;
  readonly insertion: number;
  readonly comprehensiveness: number;
  readonly sufficiency: number;
}

/** What was measured on a picture; or why the file is no picture. */
export type Measured =
  | {
      /** In the order of the settings' lenses; tau is null where no scan was made or the map is flat. */
      readonly maps: readonly (Figures & { readonly tau: number | null })[];
      readonly random: Figures;
    }
  | Unreadable;

/**
 * Measures lenses on pictures, decoded as the page decodes them and prepared in the order of the
 * checkpoint's own preprocessor.
 * @throws EngineError for a failure that is not the picture's
 */
export async function measureMaps(
  engine: Engine,
  model: VisionModelInfo,
  files: readonly LabelledFile[],
  settings: MeasureSettings,
): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const file of files) {
    const decoded = await decodeFile(file);
    measured.push(
      'pixels' in decoded ? await measurePicture(engine, model, decoded, file, settings) : decoded,
    );
  }
  return measured;
}

async function measurePicture(
  engine: Engine,
  model: VisionModelInfo,
  picture: Picture,
  { target, seed, scans }: LabelledFile,
  settings: MeasureSettings,
): Promise<Measured> {
  try {
    const image = await createImageBitmap(picture.pixels);
    const { run } = await engine.call(
      'runVision',
      { image, fit: { mode: 'reference' }, query: 0, slot: 'main' },
      { transfer: [image] },
    );
    const { maps, random } = await engine.call('measureFaithfulness', {
      run,
      target,
      maps: settings.lenses.map((lens) => ({
        request: requestOf(lens, model, run, target),
        query: 0,
      })),
      stepCount: settings.stepCount,
      randomOrderCount: settings.randomOrderCount,
      seed,
      removal: settings.removal,
      scansOcclusion: scans,
    });
    await engine.call('release', { run });
    return {
      maps: maps.map((map) => ({ ...figuresOf(map), tau: map.occlusionCorrelation })),
      random: meanFigures(random.map(figuresOf)),
    };
  } catch (error) {
    if (error instanceof EngineError && error.failure.code === 'image-invalid')
      return { unreadable: error.failure.message };
    throw error;
  } finally {
    closePicture(picture);
  }
}

/** The last layer, the mean of its heads, and otherwise what the lens begins with. */
function requestOf(
  lens: LensId,
  { lenses, layerCount }: VisionModelInfo,
  run: number,
  target: number | null,
): LensRequest {
  const description = lenses.find(({ id }) => id === lens);
  if (description === undefined) throw new Error(`There is no lens ${lens}.`);
  return { run, lens, layer: layerCount - 1, head: 0, target, options: fused(description) };
}

function fused({ parameters }: LensDescription): LensOptions {
  const hasMean = parameters.some(
    (parameter) =>
      parameter.key === 'fusion' &&
      parameter.kind === 'choice' &&
      parameter.choices.some(({ value }) => value === 'mean'),
  );
  return hasMean ? { fusion: 'mean' } : {};
}

function figuresOf(curves: FaithfulnessCurves): Figures {
  const { deletionArea, insertionArea, comprehensiveness, sufficiency } = curves;
  return { deletion: deletionArea, insertion: insertionArea, comprehensiveness, sufficiency };
}

function meanFigures(all: readonly Figures[]): Figures {
  const mean = (key: keyof Figures): number =>
    all.reduce((sum, figures) => sum + figures[key], 0) / all.length;
  return {
    deletion: mean('deletion'),
    insertion: mean('insertion'),
    comprehensiveness: mean('comprehensiveness'),
    sufficiency: mean('sufficiency'),
  };
}
